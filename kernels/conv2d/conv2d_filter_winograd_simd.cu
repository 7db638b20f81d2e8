// conv2d_filter_winograd_simd.cu - the filter gradient of 3x3 convolutions of stride 1 on a CPU with 16 multiplications
// per 2x2 outputs and weight pair instead of 36: Winograd's F(3x3, 2x2), the tiles of conv2d_winograd_simd.cu.
//
//   dw = A^T [ sum over tiles of (G dy G^T) * (B^T d B) ] A      per 2x2 tile of dy, 4x4 tile d of inputs
//
//   B^T as there     G = 1  0     A^T = 1  1/2  1/2  0
//                        1  1           0  1/2 -1/2  0
//                        1 -1           0  1/2  1/2 -1
//                        0  1
//
// Changed from conv2d_filter_simd: the sum over pixels is 16 products of matrices, one for each place of a tile, and
// runs over tiles. A step transforms as many tiles of x and dy as fit 256 KiB, v[place][tile][c] and
// u[place][tile][filter]: they stay in the L2 cache. A place's part, at most 16 KiB, stays in the L1 cache while eight
// channels by two registers of filters (six on 16 registers) are summed over the step's tiles in registers: 10 loads
// for 16 multiply-adds (8 for 12). The sums, [place][c][filter], 64 c k bytes, are read and written once a step: 128
// KiB for 32 channels and 64 filters, 1 MiB for 128 and 128, which not every L2 cache holds. Slices of
// the tiles (SlicedSums) are added before the last transform.
//
// Errors. With |d| <= 1 and |dy| <= 1 a term of a place's sum, times the place's factors in A, reaches 4. A weight adds
// the sums of up to nine places, with a term for each tile; a sum of products has four. So the error bound is
// 9 * 4 / 4 = nine times that of a sum of products (tested), and this variant is never a default.
#include <algorithm>

#include "kernels/common/host_vector.h"
#include "kernels/common/registration.h"
#include "kernels/conv2d/conv2d.h"
#include "kernels/conv2d/vector_sums.h"
#include "kernels/conv2d/winograd_tiles.h"

namespace gs::GS_TARGET {
namespace {

constexpr int most_transformed = 1 << 16;  ///< floats of a step, 256 KiB

std::int64_t filters_of(const Conv2d& d) {
  return padded_to_registers(d.k);
}
/// Over tiles: the sums [place][c][filter], then those of the bias.
SlicedSums sums_of(const Conv2d& d) {
  return {tiles_in(d), (places * d.c + 1) * filters_of(d)};
}

/// to[place][filter] = G dy G^T of one tile, places `pitch` floats apart, zeros from d.k on.
void transform_gradients(float* to, std::int64_t pitch, const float* dy, const Conv2d& d) {
  const std::int64_t row = std::int64_t(d.q()) * d.k;
  for_registers(d.k, [&]<class V>(int k, auto count) {
    V rows[4][2];
    for (int j = 0; j < 2; ++j) {
      const V a = load_as<V>(dy + j * d.k + k, count), b = load_as<V>(dy + row + j * d.k + k, count);
      rows[0][j] = a, rows[1][j] = a + b, rows[2][j] = a - b, rows[3][j] = b;
    }
    for (int i = 0; i < 4; ++i) {
      const auto [a, b] = rows[i];
      store(to + 4 * i * pitch + k, a);
      store(to + (4 * i + 1) * pitch + k, a + b);
      store(to + (4 * i + 2) * pitch + k, a - b);
      store(to + (4 * i + 3) * pitch + k, b);
    }
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

/// Sums the tiles [begin, end).
void sum_slice(float* sums, const float* x, const float* dy, const Conv2d& d, std::int64_t begin, std::int64_t end) {
  alignas(64) float transformed[most_transformed], copy[4 * 4 * most_winograd_channels];
  const std::int64_t filters = filters_of(d),
                     most_tiles = (most_transformed - 2 * places * lanes) / (places * (d.c + filters));
  const std::int64_t steps = (end - begin + most_tiles - 1) / most_tiles;
  Tile tile(d, begin);
  std::fill_n(sums, sums_of(d).size, 0.0f);
  for (std::int64_t step = 0; step < steps; ++step) {
    const std::int64_t first = begin + (end - begin) * step / steps;
    const int tiles = int(begin + (end - begin) * (step + 1) / steps - first);
    const std::int64_t u_pitch = tiles * filters + lanes, v_pitch = tiles * d.c + lanes;
    float *const u = transformed, *const v = transformed + places * u_pitch;
    for (int t = 0; t < tiles; ++t, tile.advance(d)) {
      transform_tile(v + t * d.c, v_pitch, pixels_under(tile, x, d, copy), d.c);
      transform_gradients(u + t * filters, u_pitch, dy + ((tile.image * d.p() + tile.row) * d.q() + tile.column) * d.k,
                          d);
    }
    for (int place = 0; place < places; ++place) {
      float* const to = sums + place * d.c * filters;
      const float *const inputs = v + place * v_pitch, *const gradients = u + place * u_pitch;
      for_blocks(d.k, [&]<class V, int blocks>(int k) {
        add_products<V, blocks>(to + k, inputs, gradients + k, tiles, d.c, filters);
      });
    }
    float* const bias = sums + places * d.c * filters;  // at place (1, 1) a tile of dy has the sum of its values
    for_registers(d.k, [&]<class V>(int k, auto) {
      V total = load_as<V>(bias + k);
      for (int t = 0; t < tiles; ++t) total += load_as<V>(u + 5 * u_pitch + t * filters + k);
      store(bias + k, total);
    });
  }
}

/// taps[tap] = A^T m A.
template <class V>
GS_INLINE void transform_sums(V (&taps)[9], const V (&m)[places]) {
  const auto transform = [](V& first, V& second, V& third, const V& a, const V& b, const V& c, const V& e) {
    const V sum = 0.5f * (b + c);
    first = a + sum, second = 0.5f * (b - c), third = sum - e;
  };
  V rows[3][4];
  for (int j = 0; j < 4; ++j) transform(rows[0][j], rows[1][j], rows[2][j], m[j], m[4 + j], m[8 + j], m[12 + j]);
  for (int i = 0; i < 3; ++i)
    transform(taps[3 * i], taps[3 * i + 1], taps[3 * i + 2], rows[i][0], rows[i][1], rows[i][2], rows[i][3]);
}

constexpr int channels_of_block = 16;  ///< a line of dw

/// dw of a register of filters, from k on, and a block of channels, from c on.
template <class V>
void write_gradients(float* dw, const float* partial, const Conv2d& d, int k, int c) {
  alignas(64) float block[9][channels_of_block][lanes_of<V>];
  const int channels = std::min(channels_of_block, d.c - c), filters = std::min(lanes_of<V>, d.k - k);
  for (int i = 0; i < channels; ++i) {
    V m[places], taps[9];
    for (int place = 0; place < places; ++place)
      m[place] = sums_of(d).total<V>(partial, (place * d.c + c + i) * filters_of(d) + k);
    transform_sums(taps, m);
    for (int tap = 0; tap < 9; ++tap) store(block[tap][i], taps[tap]);
  }
  for (int j = 0; j < filters; ++j)
    for (int tap = 0; tap < 9; ++tap)
      for (int i = 0; i < channels; ++i) dw[(std::int64_t(k + j) * 9 + tap) * d.c + c + i] = block[tap][i][j];
}

/// dw of all filters, in registers V.
template <class V>
void write_gradients(float* dw, const float* partial, const Conv2d& d) {
  const std::int64_t registers = filters_of(d) / lanes_of<V>,
                     parts = registers * ((d.c + channels_of_block - 1) / channels_of_block);
  const auto write = [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t part = begin; part < end; ++part)
      write_gradients<V>(dw, partial, d, int(part % registers) * lanes_of<V>,
                         int(part / registers) * channels_of_block);
  };
  host_shares(parts, write, sums_of(d).partial_size() < 65536 ? parts : 1);
}

bool filter_gradient_winograd_supports(const Conv2d& d) {
  return has_winograd_tiles(d) && d.c >= 8 && d.c <= most_winograd_channels && d.k <= most_winograd_channels;
}
std::size_t filter_gradient_winograd_workspace(const Conv2d& d) {
  return std::size_t(sums_of(d).partial_size()) * sizeof(float);
}

void conv2d_filter_gradient_winograd(float* dw, float* db, const float* x, const float* dy, const Conv2d& d,
                                     void* workspace, stream_t) {
  float* const partial = static_cast<float*>(workspace);
  const SlicedSums sums = sums_of(d);
  sums.sum(partial, double(d.y_size()) * d.c * 4,
           [&](float* to, std::int64_t begin, std::int64_t end) { sum_slice(to, x, dy, d, begin, end); });
  if (d.k <= lanes_of<HalfVec>)
    write_gradients<HalfVec>(dw, partial, d);
  else
    write_gradients<Vec>(dw, partial, d);
  for_registers(d.k, [&]<class V>(int k, auto count) {
    store(db + k, sums.total<V>(partial, places * d.c * filters_of(d) + k), count);
  });
}

void add_variants(Registry& registry) {
  registry.add<Conv2dFilterGradient<float>>({.name = "winograd",
                                             .rank = 2,
                                             .targets = on_host,
                                             .launch = &conv2d_filter_gradient_winograd,
                                             .supports = &filter_gradient_winograd_supports,
                                             .workspace_bytes = &filter_gradient_winograd_workspace,
                                             .has_fewer_products = true});
}
const Registration registration(&add_variants);

}  // namespace
}  // namespace gs::GS_TARGET
