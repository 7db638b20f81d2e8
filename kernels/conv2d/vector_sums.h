// vector_sums.h - sums of the convolutions on a CPU: how many share a register of factors, and long ones in slices.
#pragma once
#include <algorithm>

#include "kernels/common/host_vector.h"

namespace gs::GS_TARGET {

/// Values of one factor that share two registers of the other, with two registers of sums each: as many as 16 registers
/// hold; of 32 registers 16 are sums, enough to hide the latency of a multiply-add.
constexpr int tile_of_two_registers = vector_registers == 32 ? 8 : 6;
/// Values that share `blocks` registers and have an address each. For one register: as many as there are general
/// registers for the addresses.
template <int blocks>
constexpr int tile_with_addresses = blocks == 1 ? 8 : tile_of_two_registers;
/// The same of neighbouring values. For one register: as many sums as for two.
template <int blocks>
constexpr int tile_of_neighbours = blocks == 1 ? 2 * tile_of_two_registers : tile_of_two_registers;

/// Sums over the same `terms` that cores share: slices of the terms are summed separately and added in a fixed order.
/// The number of slices does not depend on that of the threads, so neither do the bits: as many as have `enough` terms,
/// but from four to sixteen, and not more than terms. A slice has `size` sums, in partial[slices, size].
struct SlicedSums {
  std::int64_t terms, size, enough = 1;

  std::int64_t slices() const { return std::min(terms, std::clamp<std::int64_t>(terms / enough, 4, 16)); }
  std::int64_t partial_size() const { return slices() * size; }

  /// Calls sum_slice(sums, begin, end) for the terms [begin, end) of each slice. `work`: multiply-adds of all slices.
  template <class SumSlice>
  void sum(float* partial, double work, const SumSlice& sum_slice) const {
    const std::int64_t count = slices();
    const auto share = [&](std::int64_t first, std::int64_t last) {
      for (std::int64_t slice = first; slice < last; ++slice)
        sum_slice(partial + slice * size, terms * slice / count, terms * (slice + 1) / count);
    };
    host_shares(count, share, work < 65536 ? count : 1);
  }

  /// The register of sums from index `at` on.
  template <class V>
  GS_INLINE V total(const float* partial, std::int64_t at) const {
    V added = {};
    for (std::int64_t slice = 0, count = slices(); slice < count; ++slice)
      added += load_as<V>(partial + slice * size + at);
    return added;
  }

  /// dw[filters, taps] and db[filters], if the sums are [taps + 1, pitch]: those of db follow those of the taps.
  void write_gradients(float* dw, float* db, const float* partial, int filters, std::int64_t taps) const {
    const std::int64_t pitch = size / (taps + 1);
    const auto write = [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t tap = begin; tap < end; ++tap)
        for_registers(filters, [&]<class V>(int k, int count) {
          alignas(sizeof(V)) float sums[lanes_of<V>];
          store(sums, total<V>(partial, tap * pitch + k));
          for (int i = 0; i < std::min(count, lanes_of<V>); ++i) dw[(k + i) * taps + tap] = sums[i];
        });
    };
    host_shares(taps, write, std::max<std::int64_t>(1, 65536 / (slices() * pitch)));
    for_registers(filters,
                  [&]<class V>(int k, auto count) { store(db + k, total<V>(partial, taps * pitch + k), count); });
  }
};

}  // namespace gs::GS_TARGET
