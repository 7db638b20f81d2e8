// winograd_filter_gradient.h - the filter gradient of 3x3 convolutions of stride 1 on a CPU by Winograd's minimal
// filtering, F(3x3, 2x2) and F(3x3, 4x4), for the variants that read dy in ways of their own: the sum over pixels is
// products of matrices, one for each of the 16 or 36 places of a tile, and runs over tiles.
//
// A step transforms as many tiles of x and dy as fit 256 KiB, v[place][tile][c] and u[place][tile][filter]: they stay
// in the L2 cache. A place's part, at most 16 KiB, stays in the L1 cache while eight channels by two registers of
// filters (six on 16 registers) are summed over the step's tiles in registers: 10 loads for 16 multiply-adds (8 for
// 12). The sums, [place][c][filter], 64 c k or 144 c k bytes, are read and written once a step: 128 or 288 KiB for 32
// channels and 64 filters, 1 or 2.3 MiB for 128 and 128, which not every L2 cache holds. Slices of the tiles
// (SlicedSums) are added before the last transform.
//
// Errors, as in the other passes: by the absolute values of the matrices a term of a sum reaches 9 and 59 times that of
// a sum of products. The tested bounds of long sums' errors are 9 and 70 times that of such a sum; random values have
// errors 1.1 and 2.7 times as large as simd's. So these variants are never defaults.
#pragma once
#include <algorithm>

#include "kernels/common/host_vector.h"
#include "kernels/conv2d/conv2d.h"
#include "kernels/conv2d/vector_sums.h"
#include "kernels/conv2d/winograd_tiles.h"

namespace gs::GS_TARGET {

constexpr int most_transformed = 1 << 16;  ///< floats of a step, 256 KiB
constexpr int enough_tiles = 64;           ///< of a slice, so that its sums are read and written seldom

inline std::int64_t filters_of(const Conv2d& d) {
  return padded_to_registers(d.k);
}
/// Over tiles: the sums [place][c][filter], then those of the bias.
template <int m>
SlicedSums sums_of(const Conv2d& d) {
  return {tiles_in<m>(d), (places<m> * d.c + 1) * filters_of(d), enough_tiles};
}

/// to[place][filter] = G dy G^T of one tile, places `pitch` floats apart, zeros from d.k on; bias[filter] += its sum.
/// read(dy, k, count) reads V dy[m][m], `count` filters from k on.
template <int m, class Read>
void transform_gradients(float* to, std::int64_t pitch, float* bias, const Conv2d& d, const Read& read) {
  for_registers(d.k, [&]<class V>(int k, auto count) {
    V tile[m][m], transformed[side<m>][side<m>], total = {};
    read(tile, k, count);
#pragma GCC unroll 6
    for (int i = 0; i < m; ++i)
#pragma GCC unroll 6
      for (int j = 0; j < m; ++j) total += tile[i][j];
    transform_square(transformed, tile, [](auto& to, const auto& from) { Filtering<m>::gradients(to, from); });
    store_places(to + k, pitch, transformed, std::integral_constant<int, lanes_of<V>>());
    store(bias + k, load_as<V>(bias + k) + total);
  });
}

/// sums[c][filter] += sum over tiles of v[tile][c] u[tile][filter] at one place, for `blocks` registers of filters.
template <class V, int blocks>
GS_INLINE void add_products(float* sums, const float* v, const float* u, int tiles, int channels,
                            std::int64_t filters) {
  constexpr int width = lanes_of<V>;
  for_tiles<tile_of_neighbours<blocks>>(channels, [&]<int count>(std::int64_t c) {
    V total[count][blocks];
    for (int i = 0; i < count; ++i)
      for (int b = 0; b < blocks; ++b) total[i][b] = load_as<V>(sums + (c + i) * filters + b * width);
    for (int t = 0; t < tiles; ++t) {
      V gradient[blocks];
      for (int b = 0; b < blocks; ++b) gradient[b] = load_as<V>(u + t * filters + b * width);
      for (int i = 0; i < count; ++i) {
        const V value = broadcast<V>(v[t * channels + c + i]);
        for (int b = 0; b < blocks; ++b) total[i][b] += value * gradient[b];
      }
    }
    for (int i = 0; i < count; ++i)
      for (int b = 0; b < blocks; ++b) store(sums + (c + i) * filters + b * width, total[i][b]);
  });
}

/// Sums the tiles [begin, end). gradients(tile) returns the function that reads a tile of dy.
template <int m, class Gradients>
void sum_slice(float* sums, const float* x, const Gradients& gradients, const Conv2d& d, std::int64_t begin,
               std::int64_t end) {
  alignas(64) float transformed[most_transformed], copy[places<m> * most_winograd_channels];
  const std::int64_t filters = filters_of(d),
                     most_tiles = (most_transformed - 2 * places<m> * lanes) / (places<m> * (d.c + filters));
  const std::int64_t steps = (end - begin + most_tiles - 1) / most_tiles;
  Tile<m> tile(d, begin);
  std::fill_n(sums, sums_of<m>(d).size, 0.0f);
  float* const bias = sums + places<m> * d.c * filters;
  for (std::int64_t step = 0; step < steps; ++step) {
    const std::int64_t first = begin + (end - begin) * step / steps;
    const int tiles = int(begin + (end - begin) * (step + 1) / steps - first);
    const std::int64_t u_pitch = tiles * filters + lanes, v_pitch = tiles * d.c + lanes;
    float *const u = transformed, *const v = transformed + places<m> * u_pitch;
    for (int t = 0; t < tiles; ++t, tile.advance(d)) {
      transform_tile<m>(v + t * d.c, v_pitch, pixels_under(tile, x, d, copy), d.c);
      transform_gradients<m>(u + t * filters, u_pitch, bias, d, gradients(tile));
    }
    for (int place = 0; place < places<m>; ++place) {
      float* const to = sums + place * d.c * filters;
      const float *const inputs = v + place * v_pitch, *const outputs = u + place * u_pitch;
      for_blocks(d.k, [&]<class V, int blocks>(int k) {
        add_products<V, blocks>(to + k, inputs, outputs + k, tiles, d.c, filters);
      });
    }
  }
}

constexpr int channels_of_block = 16;  ///< a line of dw

/// dw of a register of filters, from k on, and a block of channels, from c on.
template <int m, class V>
void write_gradients(float* dw, const float* partial, const Conv2d& d, int k, int c) {
  alignas(64) float block[9][channels_of_block][lanes_of<V>];
  const SlicedSums of_slices = sums_of<m>(d);
  const int channels = std::min(channels_of_block, d.c - c), filters = std::min(lanes_of<V>, d.k - k);
  for (int i = 0; i < channels; ++i) {
    V sums[side<m>][side<m>], taps[3][3];
    for (int place = 0; place < places<m>; ++place)
      sums[place / side<m>][place % side<m>] = of_slices.total<V>(partial, (place * d.c + c + i) * filters_of(d) + k);
    transform_square(taps, sums, [](auto& to, const auto& from) { Filtering<m>::taps(to, from); });
    for (int tap = 0; tap < 9; ++tap) store(block[tap][i], taps[tap / 3][tap % 3]);
  }
  for (int j = 0; j < filters; ++j)
    for (int tap = 0; tap < 9; ++tap)
      for (int i = 0; i < channels; ++i) dw[(std::int64_t(k + j) * 9 + tap) * d.c + c + i] = block[tap][i][j];
}

/// dw of all filters, in registers V.
template <int m, class V>
void write_gradients(float* dw, const float* partial, const Conv2d& d) {
  const std::int64_t registers = filters_of(d) / lanes_of<V>,
                     parts = registers * ((d.c + channels_of_block - 1) / channels_of_block);
  const auto write = [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t part = begin; part < end; ++part)
      write_gradients<m, V>(dw, partial, d, int(part % registers) * lanes_of<V>,
                            int(part / registers) * channels_of_block);
  };
  host_shares(parts, write, sums_of<m>(d).partial_size() < 65536 ? parts : 1);
}

template <int m>
bool winograd_supports_filter_gradient(const Conv2d& d) {
  return has_winograd_tiles<m>(d) && d.c >= 8 && d.c <= most_winograd_channels && d.k <= most_winograd_channels;
}
template <int m>
std::size_t winograd_filter_gradient_workspace(const Conv2d& d) {
  return std::size_t(sums_of<m>(d).partial_size()) * sizeof(float);
}

/// dw and db, as in Conv2dFilterGradient. `gradients`: as in sum_slice().
template <int m, class Gradients>
void winograd_filter_gradient(float* dw, float* db, const float* x, const Gradients& gradients, const Conv2d& d,
                              void* workspace) {
  float* const partial = static_cast<float*>(workspace);
  const SlicedSums sums = sums_of<m>(d);
  sums.sum(partial, double(d.y_size()) * d.c * 4,
           [&](float* to, std::int64_t begin, std::int64_t end) { sum_slice<m>(to, x, gradients, d, begin, end); });
  if (d.k <= lanes_of<HalfVec>)
    write_gradients<m, HalfVec>(dw, partial, d);
  else
    write_gradients<m, Vec>(dw, partial, d);
  for_registers(d.k, [&]<class V>(int k, auto count) {
    store(db + k, sums.total<V>(partial, places<m> * d.c * filters_of(d) + k), count);
  });
}

}  // namespace gs::GS_TARGET
