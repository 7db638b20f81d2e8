// winograd_convolution.h - 3x3 convolutions of stride 1 on a CPU by Winograd's minimal filtering
// (winograd_transforms.h), for the variants that have inputs and outputs of their own: the sum over channels is
// products of matrices, one for each of the 16 or 36 places of a tile, between transforms of inputs, filters and
// outputs.
//
// A step has 24 tiles. Their transformed inputs v[place][tile][c], for 32 channels 48 or 108 KiB, stay in the L2 cache.
// A place's part, the filters of two registers of outputs and products[place][tile][output], stay in an L1 cache of 32
// KiB while eight tiles by two registers (six on 16 registers) are summed over all channels in registers: with AVX-512
// they are 10 KiB for 32 channels and 31 KiB for 128. That is 10 loads for 16 multiply-adds (8 for 12). All transformed
// filters, 64 c k or 144 c k bytes, are read once a step. An array's places lie a register more apart than the data,
// else all of them, a power of two apart, fall into one set of the L1 cache. Up to eight outputs or channels take half
// of a 512-bit register (HalfVec).
//
// Errors. The transforms add and subtract, which simd's sum of products does not. With |d| <= 1 and |g| <= 1 a sum of
// products has 9 terms of at most 1 a channel. By the absolute values of the matrices those here reach, for the worst
// of a tile's outputs, 7.1 times as much in F(2x2, 3x3) and 69 times in F(4x4, 3x3). The tested bounds of long sums'
// errors are 9 and 70 times that of a sum of as many products; random values have errors 0.7 and 2 times as large as
// simd's. So these variants are never defaults: a run takes one if it is named, or if tuning finds it faster.
#pragma once
#include <algorithm>

#include "kernels/common/host_vector.h"
#include "kernels/conv2d/conv2d.h"
#include "kernels/conv2d/mirrored_convolution.h"
#include "kernels/conv2d/vector_sums.h"
#include "kernels/conv2d/winograd_tiles.h"

namespace gs::GS_TARGET {

constexpr int tiles_of_step = 24;  ///< of a step

template <int m>
std::int64_t filters_size(const Conv2d& d) {
  return places<m> * d.c * padded_to_registers(d.k);
}

/// Transformed filters from the taps tap(k, c, r, s): [place][c][k] for the outputs k of one call of for_blocks(), then
/// of the next; zeros for the k between d.k and a whole register.
template <int m, class Tap>
void transform_filters(float* to, const Conv2d& d, const Tap& tap) {
  const auto channels = [&](std::int64_t begin, std::int64_t end) {
    for_blocks(d.k, [&]<class V, int blocks>(int k) {
      constexpr int width = lanes_of<V>;
      for (std::int64_t c = begin; c < end; ++c)
        for (int b = 0; b < blocks; ++b) {
          float taps[3][3][width] = {};
          const int first = k + b * width;
          for (int i = 0; i < std::min(width, d.k - first); ++i)
            for (int r = 0; r < 3; ++r)
              for (int s = 0; s < 3; ++s) taps[r][s][i] = tap(first + i, c, r, s);
          V g[3][3], u[side<m>][side<m>];
          for (int r = 0; r < 3; ++r)
            for (int s = 0; s < 3; ++s) g[r][s] = load_as<V>(taps[r][s]);
          transform_square(u, g, [](auto& to, const auto& from) { Filtering<m>::filter(to, from); });
          store_places(to + k * places<m> * d.c + (c * blocks + b) * width, blocks * width * d.c, u,
                       std::integral_constant<int, width>());
        }
    });
  };
  host_shares(d.c, channels, std::max<std::int64_t>(1, 2048 / d.k));
}

/// products[tile][block] = sum_c v[tile][c] u[c][block] for `count` tiles and `blocks` registers of outputs. A function
/// of its own has the general registers for the addresses of all tiles.
template <class V, int blocks, int count>
__attribute__((noinline)) void multiply_tile(V* products, const float* v, const float* u, std::int64_t channels) {
  V sums[blocks][count] = {};
  for (std::int64_t c = 0; c < channels; ++c) {
    V filters[blocks];
    for (int b = 0; b < blocks; ++b) filters[b] = load_as<V>(u + (c * blocks + b) * lanes_of<V>);
    for (int t = 0; t < count; ++t) {
      const V value = broadcast<V>(v[t * channels + c]);
      for (int b = 0; b < blocks; ++b) sums[b][t] += value * filters[b];
    }
  }
#pragma GCC unroll 16
  for (int t = 0; t < count; ++t)
#pragma GCC unroll 2
    for (int b = 0; b < blocks; ++b) products[t * blocks + b] = sums[b][t];
}

/// The same for `tiles` tiles of one place.
template <class V, int blocks>
GS_INLINE void multiply(V* products, const float* v, const float* u, int tiles, std::int64_t channels) {
  for_tiles<tile_with_addresses<blocks>>(tiles, [&]<int count>(std::int64_t first) {
    multiply_tile<V, blocks, count>(products + first * blocks, v + first * channels, u, channels);
  });
}

/// y = the outputs of a tile from its products, `pitch` registers apart.
template <int m, class V>
GS_INLINE void transform_outputs(V (&y)[m][m], const V* products, int pitch) {
  V sums[side<m>][side<m>];
#pragma GCC unroll 6
  for (int i = 0; i < side<m>; ++i)
#pragma GCC unroll 6
    for (int j = 0; j < side<m>; ++j) sums[i][j] = products[(i * side<m> + j) * pitch];
  transform_square(y, sums, [](auto& to, const auto& from) { Filtering<m>::outputs(to, from); });
}

/// Convolves inputs with transformed filters.
///   inputs.transform(v, pitch, tile)          writes a tile's transformed inputs as transform_tile() does
///   outputs.first_of(tile)                    the index of a tile's first output
///   outputs.store(y, first + k, k, count)     takes `count` channels of a tile's outputs V y[m][m], from channel k on
template <int m, class Inputs, class Outputs>
void convolve_by_tiles(const float* filters, const Conv2d& d, const Inputs& inputs, const Outputs& outputs) {
  const std::int64_t all = tiles_in<m>(d);
  const auto share = [&](std::int64_t begin, std::int64_t end) {
    alignas(64) float v[places<m> * (tiles_of_step * most_winograd_channels + lanes)];
    std::int64_t first_of[tiles_of_step];
    Tile<m> tile(d, begin);
    for (std::int64_t first = begin; first < end; first += tiles_of_step) {
      const int tiles = int(std::min<std::int64_t>(tiles_of_step, end - first));
      const std::int64_t pitch = tiles * d.c + lanes;
      for (int t = 0; t < tiles; ++t, tile.advance(d)) {
        first_of[t] = outputs.first_of(tile);
        inputs.transform(v + t * d.c, pitch, tile);
      }
      for_blocks(d.k, [&]<class V, int blocks>(int k) {
        constexpr int width = lanes_of<V>, products_pitch = tiles_of_step * blocks + 1;
        V products[places<m>][products_pitch];
        for (int place = 0; place < places<m>; ++place)
          multiply<V, blocks>(products[place], v + place * pitch,
                              filters + (k * places<m> + place * blocks * width) * d.c, tiles, d.c);
        for (int b = 0; b < blocks; ++b) {
          const int from = k + b * width;
          const auto store = [&, to = outputs](auto count) {
            for (int t = 0; t < tiles; ++t) {
              V y[m][m];
              transform_outputs<m>(y, &products[0][t * blocks + b], products_pitch);
              to.store(y, first_of[t] + from, from, count);
            }
          };
          if (d.k - from >= width)
            store(std::integral_constant<int, width>());
          else
            store(d.k - from);
        }
      });
    }
  };
  host_shares(all, share, std::max<std::int64_t>(8, 32768 / (m * m * d.c)));
}

template <int m>
bool winograd_supports(const Conv2d& d) {
  return has_winograd_tiles<m>(d) && d.c >= 8 && d.c <= most_winograd_channels;
}
template <int m>
std::size_t winograd_workspace(const Conv2d& d) {
  return std::size_t(filters_size<m>(d)) * sizeof(float);
}
/// For the data gradient as a convolution of dy (mirrored()).
template <int m>
bool winograd_supports_data_gradient(const Conv2d& d) {
  return d.r == 3 && d.s == 3 && d.stride == 1 && d.groups == 1 && d.pad <= 2 && winograd_supports<m>(mirrored(d));
}
template <int m>
std::size_t winograd_data_gradient_workspace(const Conv2d& d) {
  return winograd_workspace<m>(mirrored(d));
}

/// The transformed filters w[k, r, s, c] of a convolution.
template <int m>
void transform_filters_forward(float* to, const float* w, const Conv2d& d) {
  transform_filters<m>(
      to, d, [&](std::int64_t k, std::int64_t c, int r, int s) { return w[((k * 3 + r) * 3 + s) * d.c + c]; });
}
/// The same of its data gradient.
template <int m>
void transform_filters_backward(float* to, const float* w, const Conv2d& d) {
  transform_filters<m>(to, mirrored(d), [&](std::int64_t c, std::int64_t k, int r, int s) {
    return w[((k * 3 + 2 - r) * 3 + 2 - s) * d.c + c];
  });
}

/// Inputs: the pixels of images x[n, h, w, c].
template <int m>
struct Images {
  const float* x;
  const Conv2d& d;

  void transform(float* v, std::int64_t pitch, const Tile<m>& tile) const {
    alignas(64) float copy[places<m> * most_winograd_channels];
    transform_tile<m>(v, pitch, pixels_under(tile, x, d, copy), d.c);
  }
};

/// Outputs of the data gradient dx[n, h, w, c], as in Conv2dDataGradient. `mirror`: mirrored().
template <int m>
struct InputGradients {
  float* dx;
  const float* relu_output;
  Conv2d mirror;

  std::int64_t first_of(const Tile<m>& tile) const { return tile.first_output(mirror); }
  template <class V, class Count>
  GS_INLINE void store(const V (&y)[m][m], std::int64_t at, int, Count count) const {
    const std::int64_t column = mirror.k, row = column * mirror.q();
#pragma GCC unroll 4
    for (int i = 0; i < m; ++i)
#pragma GCC unroll 4
      for (int j = 0; j < m; ++j) {
        const std::int64_t pixel = at + i * row + j * column;
        GS_TARGET::store(
            dx + pixel, relu_output ? where_positive(load_as<V>(relu_output + pixel, count), y[i][j]) : y[i][j], count);
      }
  }
};

}  // namespace gs::GS_TARGET
