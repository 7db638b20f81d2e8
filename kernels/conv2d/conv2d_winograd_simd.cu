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
// Errors. The transforms add and subtract, which simd's sum of products does not: with |d| <= 1 and |g| <= 1 the terms
// of a sum reach 4 * 9/4 and each output adds 9 sums, so the error bound is 81/9 = 9 times that of a sum of as many
// products (tested). So this variant is never a default: a run takes it if it is named, or if tuning finds it faster.
#include <algorithm>

#include "kernels/common/host_vector.h"
#include "kernels/common/registration.h"
#include "kernels/conv2d/conv2d.h"
#include "kernels/conv2d/mirrored_convolution.h"
#include "kernels/conv2d/padded_images.h"

namespace gs::GS_TARGET {
namespace {

constexpr int places = 16;          ///< of a transformed tile
constexpr int most_tiles = 24;      ///< of a row that are transformed together
constexpr int most_channels = 128;  ///< of the input: the transformed tiles of a step stay in the core's L2 cache
constexpr int tiles_at_once = vector_registers == 32 ? 8 : 6;  ///< with two registers of sums each

std::int64_t padded_outputs(const Conv2d& d) {
  return vectors_in(d.k) * lanes;
}
std::int64_t filters_size(const Conv2d& d) {
  return places * d.c * padded_outputs(d);
}

/// d = B^T d B.
GS_INLINE void transform_inputs(Vec (&d)[4][4]) {
  const auto transform = [](Vec& a, Vec& b, Vec& c, Vec& e) {
    const Vec first = a - c, second = b + c, third = c - b, fourth = b - e;
    a = first, b = second, c = third, e = fourth;
  };
  for (int j = 0; j < 4; ++j) transform(d[0][j], d[1][j], d[2][j], d[3][j]);
  for (int i = 0; i < 4; ++i) transform(d[i][0], d[i][1], d[i][2], d[i][3]);
}

/// to[place] = G g G^T of one filter of one channel, `pitch` floats apart.
void transform_filter(float* to, std::int64_t pitch, const float (&g)[3][3]) {
  const auto transform = [](float(&u)[4], float a, float b, float c) {
    u[0] = a, u[1] = 0.5f * (a + b + c), u[2] = 0.5f * (a - b + c), u[3] = c;
  };
  float columns[3][4];
  for (int j = 0; j < 3; ++j) transform(columns[j], g[0][j], g[1][j], g[2][j]);
  for (int i = 0; i < 4; ++i) {
    float row[4];
    transform(row, columns[0][i], columns[1][i], columns[2][i]);
    for (int j = 0; j < 4; ++j) to[(4 * i + j) * pitch] = row[j];
  }
}

/// to[place][c][k] from the taps tap(k, c, r, s), with zeros for the k between d.k and a whole register.
template <class Tap>
void transform_filters(float* to, const Conv2d& d, const Tap& tap) {
  const std::int64_t outputs = padded_outputs(d), pitch = d.c * outputs;
  host_shares(
      d.c,
      [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t c = begin; c < end; ++c)
          for (std::int64_t k = 0; k < outputs; ++k) {
            float g[3][3] = {};
            if (k < d.k)
              for (int r = 0; r < 3; ++r)
                for (int s = 0; s < 3; ++s) g[r][s] = tap(k, c, r, s);
            transform_filter(to + c * outputs + k, pitch, g);
          }
      },
      std::max<std::int64_t>(1, 2048 / outputs));
}

/// v[place][tile][c] = the transformed 4x4 tiles from `image` on, two columns apart.
void transform_tiles(float* v, const float* image, std::int64_t row, int tiles, int channels) {
  for (int tile = 0; tile < tiles; ++tile)
    for (int c = 0; c < channels; c += lanes) {
      Vec d[4][4];
      for (int i = 0; i < 4; ++i)
        for (int j = 0; j < 4; ++j) d[i][j] = load(image + i * row + (2 * tile + j) * channels + c, channels - c);
      transform_inputs(d);
      for (int place = 0; place < places; ++place)
        store(v + (place * tiles + tile) * channels + c, d[place / 4][place % 4], channels - c);
    }
}

/// m[tile][block] = sum_c v[tile][c] u[c][block] at one place, for `blocks` registers of outputs.
template <int blocks>
GS_INLINE void multiply(Vec* m, const float* v, const float* u, int tiles, int channels, std::int64_t outputs) {
  for_tiles<tiles_at_once>(tiles, [&]<int count>(std::int64_t first) {
    Vec sums[count][blocks] = {};
    for (int c = 0; c < channels; ++c) {
      Vec filters[blocks];
      for (int b = 0; b < blocks; ++b) filters[b] = load(u + c * outputs + b * lanes);
      for (int t = 0; t < count; ++t) {
        const Vec value = broadcast(v[(first + t) * channels + c]);
        for (int b = 0; b < blocks; ++b) sums[t][b] += value * filters[b];
      }
    }
    for (int t = 0; t < count; ++t)
      for (int b = 0; b < blocks; ++b) m[(first + t) * blocks + b] = sums[t][b];
  });
}

/// finish(row, column, y) for the four outputs A^T m A of a tile.
template <class Finish>
GS_INLINE void transform_outputs(const Vec* m, int pitch, const Finish& finish) {
  Vec rows[2][4];
  for (int j = 0; j < 4; ++j) {
    const Vec a = m[j * pitch], b = m[(4 + j) * pitch], c = m[(8 + j) * pitch], d = m[(12 + j) * pitch];
    rows[0][j] = a + b + c;
    rows[1][j] = b - c - d;
  }
  for (int i = 0; i < 2; ++i) {
    finish(i, 0, rows[i][0] + rows[i][1] + rows[i][2]);
    finish(i, 1, rows[i][1] - rows[i][2] - rows[i][3]);
  }
}

/// `tiles` tiles of a row, for `blocks` registers of outputs: store(tile, row, column, block, y).
template <int blocks, class Store>
GS_INLINE void outputs_of_tiles(const float* v, const float* u, int tiles, const Conv2d& d, const Store& store) {
  const std::int64_t outputs = padded_outputs(d);
  Vec m[places][most_tiles * blocks];
  for (int place = 0; place < places; ++place)
    multiply<blocks>(m[place], v + place * tiles * d.c, u + place * d.c * outputs, tiles, d.c, outputs);
  for (int tile = 0; tile < tiles; ++tile)
    for (int b = 0; b < blocks; ++b)
      transform_outputs(&m[0][tile * blocks + b], most_tiles * blocks,
                        [&](int row, int column, const Vec& y) { store(tile, row, column, b, y); });
}

/// Convolves padded images with transformed filters; finish(sums, at, k) receives a register of outputs, from channel k
/// on, for y index `at`.
template <class Finish>
void convolve_by_tiles(const float* images, const float* filters, const Conv2d& d, const Finish& finish) {
  const Padded padded(d);
  const std::int64_t tile_rows = d.p() / 2, tiles_in_row = d.q() / 2;
  const auto rows = [&](std::int64_t begin, std::int64_t end) {
    alignas(64) float v[places * most_tiles * most_channels];
    for (std::int64_t at = begin; at < end; ++at)
      for (std::int64_t first = 0; first < tiles_in_row; first += most_tiles) {
        const std::int64_t image = at / tile_rows, top = at % tile_rows * 2;
        const int tiles = int(std::min<std::int64_t>(most_tiles, tiles_in_row - first));
        transform_tiles(v, images + image * padded.image() + top * padded.row() + 2 * first * d.c, padded.row(), tiles,
                        d.c);
        const auto outputs = [&]<int blocks>(std::int64_t k) {
          outputs_of_tiles<blocks>(v, filters + k, tiles, d, [&](int tile, int row, int column, int b, const Vec& y) {
            const std::int64_t pixel = (image * d.p() + top + row) * d.q() + 2 * (first + tile) + column;
            finish(y, pixel * d.k + k + b * lanes, k + b * lanes);
          });
        };
        std::int64_t k = 0;
        for (; d.k - k > lanes; k += 2 * lanes) outputs.template operator()<2>(k);
        if (k < d.k) outputs.template operator()<1>(k);
      }
  };
  host_shares(d.n * tile_rows, rows, std::max<std::int64_t>(1, 8192 / (tiles_in_row * d.c)));
}

bool winograd_supports(const Conv2d& d) {
  return d.groups == 1 && d.stride == 1 && d.r == 3 && d.s == 3 && d.p() % 2 == 0 && d.q() % 2 == 0 && d.c >= 8 &&
         d.c <= most_channels;
}
std::size_t winograd_workspace(const Conv2d& d) {
  return std::size_t(vectors_in(d.n * Padded(d).image()) * lanes + filters_size(d)) * sizeof(float);
}
float* filters_in(void* workspace, const Conv2d& d) {
  return static_cast<float*>(workspace) + vectors_in(d.n * Padded(d).image()) * lanes;
}

void conv2d_forward_winograd(float* y, const float* x, const float* w, const float* bias, const Conv2d& d,
                             void* workspace, stream_t) {
  float *const images = static_cast<float*>(workspace), *const filters = filters_in(workspace, d);
  pad_images(images, x, d);
  transform_filters(filters, d,
                    [&](std::int64_t k, std::int64_t c, int r, int s) { return w[((k * 3 + r) * 3 + s) * d.c + c]; });
  convolve_by_tiles(images, filters, d, [&](const Vec& sums, std::int64_t at, std::int64_t k) {
    const Vec value = sums + load(bias + k, int(d.k - k));
    store(y + at, d.relu ? relu(value) : value, int(d.k - k));
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
  float *const images = static_cast<float*>(workspace), *const filters = filters_in(workspace, m);
  pad_images(images, dy, m);
  transform_filters(filters, m, [&](std::int64_t c, std::int64_t k, int r, int s) {
    return w[((k * 3 + 2 - r) * 3 + 2 - s) * d.c + c];
  });
  convolve_by_tiles(images, filters, m, [&](const Vec& sums, std::int64_t at, std::int64_t c) {
    const int count = int(m.k - c);
    store(dx + at, relu_output ? where_positive(load(relu_output + at, count), sums) : sums, count);
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
