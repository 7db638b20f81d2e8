// conv2d_winograd_simd.cu - 3x3 convolutions of stride 1 on a CPU with 4 multiplications per output instead of 9, by
// Winograd's minimal filtering F(2x2, 3x3): Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks" (2016).
//
//   Y = A^T [ sum_c (G g G^T) * (B^T d B) ] A      per 2x2 tile Y of outputs, 4x4 tile d of inputs, 3x3 filter g
//
//   B^T = 1  0 -1  0     G =  1   0   0     A^T = 1  1  1  0
//         0  1  1  0         1/2 1/2 1/2          0  1 -1 -1
//         0 -1  1  0         1/2 -1/2 1/2
//         0  1  0 -1          0   0   1
//
// Changed from conv2d_simd: the sum over channels is 16 products of matrices, one for each of the 16 places of a tile,
// instead of 36 multiplications per tile and channel; transforms of inputs, filters and outputs surround it.
//
// A step has 24 tiles. Their transformed inputs v[place][tile][c], at most 192 KiB, stay in the L2 cache. A place's
// part, the filters of two registers of outputs and the products of both, m[place][tile][output], stay in an L1 cache
// of 32 KiB while eight tiles by two registers (six on 16 registers) are summed over all channels in registers: with
// AVX-512 they are 10 KiB for 32 channels and 31 KiB for 128. That is 10 loads for 16 multiply-adds (8 for 12). All
// transformed filters are 64 c k bytes and are read once a step: 1 MiB for 128 by 128 channels, which not every L2
// cache holds. An array's places lie a register more apart than the data, else all of them, a power of two apart, fall
// into one set of the L1 cache. Up to eight outputs or channels take half of a 512-bit register (HalfVec).
//
// Errors. The transforms add and subtract, which simd's sum of products does not: with |d| <= 1 and |g| <= 1 the terms
// of a sum reach 4 * 9/4 and each output adds 9 sums, so the error bound is 81/9 = 9 times that of a sum of as many
// products (tested). So this variant is never a default: a run takes it if it is named, or if tuning finds it faster.
#include <algorithm>

#include "kernels/common/host_vector.h"
#include "kernels/common/registration.h"
#include "kernels/conv2d/conv2d.h"
#include "kernels/conv2d/mirrored_convolution.h"
#include "kernels/conv2d/vector_sums.h"
#include "kernels/conv2d/winograd_tiles.h"

namespace gs::GS_TARGET {
namespace {

constexpr int most_tiles = 24;  ///< of a step

std::int64_t filters_size(const Conv2d& d) {
  return places * d.c * padded_to_registers(d.k);
}

/// u[place] = G g G^T.
template <class V>
GS_INLINE void transform_filter(V (&u)[4][4], const V (&g)[3][3]) {
  const auto transform = [](V(&to)[4], const V& a, const V& b, const V& c) {
    to[0] = a, to[1] = 0.5f * (a + b + c), to[2] = 0.5f * (a - b + c), to[3] = c;
  };
  V columns[3][4];
  for (int j = 0; j < 3; ++j) transform(columns[j], g[0][j], g[1][j], g[2][j]);
  for (int i = 0; i < 4; ++i) transform(u[i], columns[0][i], columns[1][i], columns[2][i]);
}

/// Transformed filters from the taps tap(k, c, r, s): [place][c][k] for the outputs k of one call of for_blocks(), then
/// of the next; zeros for the k between d.k and a whole register.
template <class Tap>
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
          V g[3][3], u[4][4];
          for (int r = 0; r < 3; ++r)
            for (int s = 0; s < 3; ++s) g[r][s] = load_as<V>(taps[r][s]);
          transform_filter(u, g);
          for (int place = 0; place < places; ++place)
            store(to + (k * places + place * blocks * width) * d.c + (c * blocks + b) * width, u[place / 4][place % 4]);
        }
    });
  };
  host_shares(d.c, channels, std::max<std::int64_t>(1, 2048 / d.k));
}

/// m[tile][block] = sum_c v[tile][c] u[c][block] for `count` tiles and `blocks` registers of outputs. A function of its
/// own has the general registers for the addresses of all tiles.
template <class V, int blocks, int count>
__attribute__((noinline)) void multiply_tile(V* m, const float* v, const float* u, std::int64_t channels) {
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
    for (int b = 0; b < blocks; ++b) m[t * blocks + b] = sums[b][t];
}

/// The same for `tiles` tiles of one place.
template <class V, int blocks>
GS_INLINE void multiply(V* m, const float* v, const float* u, int tiles, std::int64_t channels) {
  for_tiles<tile_with_addresses<blocks>>(tiles, [&]<int count>(std::int64_t first) {
    multiply_tile<V, blocks, count>(m + first * blocks, v + first * channels, u, channels);
  });
}

/// finish(row, column, y) for the four outputs A^T m A of a tile.
template <class V, class Finish>
GS_INLINE void transform_outputs(const V* m, int pitch, const Finish& finish) {
  V rows[2][4];
  for (int j = 0; j < 4; ++j) {
    const V a = m[j * pitch], b = m[(4 + j) * pitch], c = m[(8 + j) * pitch], d = m[(12 + j) * pitch];
    rows[0][j] = a + b + c;
    rows[1][j] = b - c - d;
  }
  for (int i = 0; i < 2; ++i) {
    finish(i, 0, rows[i][0] + rows[i][1] + rows[i][2]);
    finish(i, 1, rows[i][1] - rows[i][2] - rows[i][3]);
  }
}

/// Convolves x with transformed filters; finish(sums, at, k, count) receives a register with `count` outputs, from
/// channel k on, for y index `at`.
template <class Finish>
void convolve_by_tiles(const float* x, const float* filters, const Conv2d& d, const Finish& finish) {
  const std::int64_t all = tiles_in(d);
  const auto share = [&](std::int64_t begin, std::int64_t end) {
    alignas(64) float v[places * (most_tiles * most_winograd_channels + lanes)], copy[4 * 4 * most_winograd_channels];
    std::int64_t outputs_of[most_tiles];
    Tile tile(d, begin);
    for (std::int64_t first = begin; first < end; first += most_tiles) {
      const int tiles = int(std::min<std::int64_t>(most_tiles, end - first));
      const std::int64_t pitch = tiles * d.c + lanes;
      for (int t = 0; t < tiles; ++t, tile.advance(d)) {
        outputs_of[t] = ((tile.image * d.p() + tile.row) * d.q() + tile.column) * d.k;
        transform_tile(v + t * d.c, pitch, pixels_under(tile, x, d, copy), d.c);
      }
      for_blocks(d.k, [&]<class V, int blocks>(int k) {
        constexpr int width = lanes_of<V>;
        V m[places][most_tiles * blocks + 1];
        for (int place = 0; place < places; ++place)
          multiply<V, blocks>(m[place], v + place * pitch, filters + (k * places + place * blocks * width) * d.c, tiles,
                              d.c);
        const std::int64_t row_pitch = std::int64_t(d.q()) * d.k;
        for (int b = 0; b < blocks; ++b) {
          const int from = k + b * width;
          const auto outputs = [&](auto count) {
            for (int t = 0; t < tiles; ++t)
              transform_outputs(&m[0][t * blocks + b], most_tiles * blocks + 1, [&](int row, int column, const V& y) {
                finish(y, outputs_of[t] + row * row_pitch + column * d.k + from, from, count);
              });
          };
          if (d.k - from >= width)
            outputs(std::integral_constant<int, width>());
          else
            outputs(d.k - from);
        }
      });
    }
  };
  host_shares(all, share, std::max<std::int64_t>(8, 8192 / d.c));
}

bool winograd_supports(const Conv2d& d) {
  return has_winograd_tiles(d) && d.c >= 8 && d.c <= most_winograd_channels;
}
std::size_t winograd_workspace(const Conv2d& d) {
  return std::size_t(filters_size(d)) * sizeof(float);
}

void conv2d_forward_winograd(float* y, const float* x, const float* w, const float* bias, const Conv2d& d,
                             void* workspace, stream_t) {
  float* const filters = static_cast<float*>(workspace);
  transform_filters(filters, d,
                    [&](std::int64_t k, std::int64_t c, int r, int s) { return w[((k * 3 + r) * 3 + s) * d.c + c]; });
  convolve_by_tiles(x, filters, d, [&]<class V>(const V& sums, std::int64_t at, int k, auto count) {
    const V value = sums + load_as<V>(bias + k, count);
    store(y + at, d.relu ? relu(value) : value, count);
  });
}

bool data_gradient_winograd_supports(const Conv2d& d) {
  return d.r == 3 && d.s == 3 && d.stride == 1 && d.groups == 1 && d.pad <= 2 && winograd_supports(mirrored(d));
}
std::size_t data_gradient_winograd_workspace(const Conv2d& d) {
  return winograd_workspace(mirrored(d));
}

void conv2d_data_gradient_winograd(float* dx, const float* dy, const float* w, const float* relu_output,
                                   const Conv2d& d, void* workspace, stream_t) {
  const Conv2d m = mirrored(d);
  float* const filters = static_cast<float*>(workspace);
  transform_filters(filters, m, [&](std::int64_t c, std::int64_t k, int r, int s) {
    return w[((k * 3 + 2 - r) * 3 + 2 - s) * d.c + c];
  });
  convolve_by_tiles(dy, filters, m, [&]<class V>(const V& sums, std::int64_t at, int, auto count) {
    store(dx + at, relu_output ? where_positive(load_as<V>(relu_output + at, count), sums) : sums, count);
  });
}

void add_variants(Registry& registry) {
  registry.add<Conv2dForward<float>>({.name = "winograd",
                                      .rank = 2,
                                      .targets = on_host,
                                      .launch = &conv2d_forward_winograd,
                                      .supports = &winograd_supports,
                                      .workspace_bytes = &winograd_workspace,
                                      .has_fewer_products = true});
  registry.add<Conv2dDataGradient<float>>({.name = "winograd",
                                           .rank = 2,
                                           .targets = on_host,
                                           .launch = &conv2d_data_gradient_winograd,
                                           .supports = &data_gradient_winograd_supports,
                                           .workspace_bytes = &data_gradient_winograd_workspace,
                                           .has_fewer_products = true});
}
const Registration registration(&add_variants);

}  // namespace
}  // namespace gs::GS_TARGET
