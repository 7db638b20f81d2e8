// occupancy.cpp - the limits of each compute capability, and the least of the four numbers of blocks that they allow.
#include "kernels/common/occupancy.h"

#include <algorithm>
#include <climits>
#include <iterator>

namespace gs {
namespace {

constexpr std::size_t operator""_KiB(unsigned long long n) {
  return std::size_t(n) << 10;
}

// CUDA C++ Programming Guide, "Technical Specifications per Compute Capability"; the units and the reserve are those of
// the toolkit's occupancy calculator.
constexpr Multiprocessor multiprocessors[] = {
    {75, 32, 16, 64_KiB, 0, 256},        //
    {80, 64, 32, 164_KiB, 1_KiB, 128},   //
    {86, 48, 16, 100_KiB, 1_KiB, 128},   //
    {89, 48, 24, 100_KiB, 1_KiB, 128},   //
    {90, 64, 32, 228_KiB, 1_KiB, 128},   //
    {100, 64, 32, 228_KiB, 1_KiB, 128},  //
    {120, 48, 24, 100_KiB, 1_KiB, 128},
};

constexpr int warp_threads = 32, most_threads = 1024;
constexpr int parts = 4, registers_of_part = 65536 / parts, register_unit = 256, most_registers = 255;

template <class T>
constexpr T rounded_up(T value, T unit) {
  return (value + unit - 1) / unit * unit;
}

int blocks_by_shared_memory(const Multiprocessor& sm, std::size_t bytes) {
  const std::size_t share = rounded_up(bytes + sm.shared_reserved, sm.shared_unit);
  return share == 0 ? INT_MAX : int(sm.shared_bytes / share);
}

/// A warp's registers all come from one part, so a part holds whole warps.
int blocks_by_registers(int warps, int registers) {
  if (registers == 0) return INT_MAX;
  if (registers > most_registers) return 0;
  const int of_warp = rounded_up(registers * warp_threads, register_unit);
  return registers_of_part / of_warp * parts / warps;
}

}  // namespace

const Multiprocessor* multiprocessor(int compute) {
  const auto found = std::find_if(std::begin(multiprocessors), std::end(multiprocessors),
                                  [&](const Multiprocessor& sm) { return sm.compute == compute; });
  return found == std::end(multiprocessors) ? nullptr : found;
}

Occupancy occupancy(const Multiprocessor& sm, const BlockNeeds& block) {
  const int warps = (block.threads + warp_threads - 1) / warp_threads;
  const struct {
    ResidencyLimit limit;
    int blocks;
  } limits[] = {
      {ResidencyLimit::warps, block.threads > most_threads ? 0 : sm.warps / warps},
      {ResidencyLimit::blocks, sm.blocks},
      {ResidencyLimit::shared_memory, blocks_by_shared_memory(sm, block.shared_bytes)},
      {ResidencyLimit::registers, block.registers ? blocks_by_registers(warps, *block.registers) : INT_MAX},
  };
  const auto least =
      *std::min_element(std::begin(limits), std::end(limits), [](auto& a, auto& b) { return a.blocks < b.blocks; });
  return {least.blocks, least.blocks * warps, double(least.blocks * warps) / sm.warps, least.limit};
}

}  // namespace gs
