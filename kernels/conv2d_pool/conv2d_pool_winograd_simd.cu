// conv2d_pool_winograd_simd.cu - 3x3 convolutions of stride 1 with a 2x2 max-pool on a CPU, by Winograd's F(4x4, 3x3)
// and F(3x3, 4x4): forward, data gradient, filter gradient.
//
// Compared with conv2d's winograd_4x4 before or after maxpool_simd: a tile of 4x4 outputs is four whole windows, so
// that their maxima are taken while the outputs are in registers, and gradients are put in the places of the maxima
// while they are transformed. The full-size output and gradient, four times the pooled ones, are neither written nor
// read. The products are as many, and the bits are those of the separate calls.
#include <algorithm>

#include "kernels/common/registration.h"
#include "kernels/conv2d/winograd_convolution.h"
#include "kernels/conv2d/winograd_filter_gradient.h"
#include "kernels/conv2d_pool/conv2d_pool.h"
#include "kernels/maxpool/vector_maximum.h"

namespace gs::GS_TARGET {
namespace {

constexpr int m = 4;  ///< rows and columns of a tile's outputs

/// The index of a tile's first window in y[n, p, q, k].
std::int64_t first_window(const Tile<m>& tile, const MaxPool& pool) {
  return ((tile.image * pool.p() + tile.row / 2) * pool.q() + tile.column / 2) * pool.c;
}

/// Outputs: maxima of the windows of act(conv + bias), as in Conv2dPoolForward.
struct PooledActivations {
  float* y;
  std::uint8_t* argmax;
  const float* bias;
  MaxPool pool;
  bool has_relu;  ///< of the convolution

  std::int64_t first_of(const Tile<m>& tile) const { return first_window(tile, pool); }
  template <class V, class Count>
  GS_INLINE void store(const V (&sums)[m][m], std::int64_t at, int k, Count count) const {
    const std::int64_t column = pool.c, row = column * pool.q();
    const V offset = load_as<V>(bias + k, count);
#pragma GCC unroll 2
    for (int p = 0; p < m / 2; ++p)
#pragma GCC unroll 2
      for (int q = 0; q < m / 2; ++q) {
        const auto of_pixel = [&](int i, int j) { return sums[2 * p + i][2 * q + j] + offset; };
        const V a = of_pixel(0, 0), b = of_pixel(0, 1), c = of_pixel(1, 0), d = of_pixel(1, 1);
        const auto maximum = has_relu ? maximum_of_window<true>(a, b, c, d) : maximum_of_window<false>(a, b, c, d);
        const std::int64_t window = at + p * row + q * column;
        GS_TARGET::store(y + window, has_relu ? relu(maximum.value) : maximum.value, count);
        store_bytes(argmax + window, maximum.argmax, count);
      }
  }
};

/// A register of the pooled gradient, and where in their windows the maxima are.
template <class V>
struct Unpooled {
  V gradient;
  Integers<V> place;

  template <class Count>
  GS_INLINE Unpooled(const float* gradients, const std::uint8_t* places, Count count)
      : gradient(load_as<V>(gradients, count)), place(load_bytes<V>(places, count)) {}
  /// The gradient of pixel (i, j) of the window.
  GS_INLINE V at(int i, int j) const { return place == 2 * i + j ? gradient : V{}; }
};

/// Inputs of the data gradient: the gradient of the convolution's output, from that of the pooled output. A tile reads
/// 6x6 of its pixels, from the row above and the column before the tile on, in 4x4 windows.
struct PooledGradients {
  const float* dy;
  const std::uint8_t* argmax;
  MaxPool pool;

  void transform(float* v, std::int64_t pitch, const Tile<m>& tile) const {
    constexpr int windows = m / 2 + 2;
    alignas(64) static constexpr float outside[most_winograd_channels] = {};
    alignas(64) static constexpr std::uint8_t nowhere[most_winograd_channels] = {};
    const float* gradients[windows][windows];
    const std::uint8_t* places[windows][windows];
    for (int i = 0; i < windows; ++i)
      for (int j = 0; j < windows; ++j) {
        const std::int64_t p = tile.row / 2 + i - 1, q = tile.column / 2 + j - 1;
        const bool inside = p >= 0 && q >= 0 && p < pool.p() && q < pool.q();
        const std::int64_t at = ((tile.image * pool.p() + p) * pool.q() + q) * pool.c;
        gradients[i][j] = inside ? dy + at : outside;
        places[i][j] = inside ? argmax + at : nowhere;
      }
    for_registers(pool.c, [&]<class V>(int k, auto count) {
      V d[side<m>][side<m>], transformed[side<m>][side<m>];
#pragma GCC unroll 4
      for (int i = 0; i < windows; ++i)
#pragma GCC unroll 4
        for (int j = 0; j < windows; ++j) {
          const Unpooled<V> window(gradients[i][j] + k, places[i][j] + k, count);
#pragma GCC unroll 4
          for (int pixel = 0; pixel < 4; ++pixel) {
            const int row = 2 * i - 1 + pixel / 2, column = 2 * j - 1 + pixel % 2;
            if (row >= 0 && row < side<m> && column >= 0 && column < side<m>)
              d[row][column] = window.at(pixel / 2, pixel % 2);
          }
        }
      transform_square(transformed, d, [](auto& to, const auto& from) { Filtering<m>::inputs(to, from); });
      store_places(v + k, pitch, transformed, count);
    });
  }
};

bool is_pooled_in_tiles(const Conv2dPool& d) {
  return d.pool.window == 2 && d.pool.stride == 2 && d.conv.p() % m == 0 && d.conv.q() % m == 0;
}

bool forward_supports(const Conv2dPool& d) {
  return is_pooled_in_tiles(d) && winograd_supports<m>(d.conv);
}
std::size_t forward_workspace(const Conv2dPool& d) {
  return winograd_workspace<m>(d.conv);
}

void conv2d_pool_forward_winograd(float* y, std::uint8_t* argmax, const float* x, const float* w, const float* bias,
                                  const Conv2dPool& d, void* workspace, stream_t) {
  float* const filters = static_cast<float*>(workspace);
  transform_filters_forward<m>(filters, w, d.conv);
  convolve_by_tiles<m>(filters, d.conv, Images<m>{x, d.conv}, PooledActivations{y, argmax, bias, d.pool, d.conv.relu});
}

bool data_gradient_supports(const Conv2dPool& d) {
  return is_pooled_in_tiles(d) && d.conv.pad == 1 && winograd_supports_data_gradient<m>(d.conv);
}
std::size_t data_gradient_workspace(const Conv2dPool& d) {
  return winograd_data_gradient_workspace<m>(d.conv);
}

void conv2d_pool_data_gradient_winograd(float* dx, const float* dy, const std::uint8_t* argmax, const float* w,
                                        const float* relu_output, const Conv2dPool& d, void* workspace, stream_t) {
  const Conv2d mirror = mirrored(d.conv);
  float* const filters = static_cast<float*>(workspace);
  transform_filters_backward<m>(filters, w, d.conv);
  convolve_by_tiles<m>(filters, mirror, PooledGradients{dy, argmax, d.pool},
                       InputGradients<m>{dx, relu_output, mirror});
}

bool filter_gradient_supports(const Conv2dPool& d) {
  return is_pooled_in_tiles(d) && winograd_supports_filter_gradient<m>(d.conv);
}
std::size_t filter_gradient_workspace(const Conv2dPool& d) {
  return winograd_filter_gradient_workspace<m>(d.conv);
}

void conv2d_pool_filter_gradient_winograd(float* dw, float* db, const float* x, const float* dy,
                                          const std::uint8_t* argmax, const Conv2dPool& d, void* workspace, stream_t) {
  const std::int64_t column = d.pool.c, row = column * d.pool.q();
  const auto gradients = [=, &d](const Tile<m>& tile) {
    const std::int64_t first = first_window(tile, d.pool);
    return [=]<class V>(V(&of_tile)[m][m], int k, auto count) {
#pragma GCC unroll 2
      for (int p = 0; p < m / 2; ++p)
#pragma GCC unroll 2
        for (int q = 0; q < m / 2; ++q) {
          const std::int64_t at = first + p * row + q * column + k;
          const Unpooled<V> window(dy + at, argmax + at, count);
          for (int pixel = 0; pixel < 4; ++pixel)
            of_tile[2 * p + pixel / 2][2 * q + pixel % 2] = window.at(pixel / 2, pixel % 2);
        }
    };
  };
  winograd_filter_gradient<m>(dw, db, x, gradients, d.conv, workspace);
}

void add_variants(Registry& registry) {
  constexpr std::string_view name = "winograd_4x4";
  registry.add<Conv2dPoolForward<float>>({.name = name,
                                          .rank = 1,
                                          .targets = on_host,
                                          .launch = &conv2d_pool_forward_winograd,
                                          .supports = &forward_supports,
                                          .workspace_bytes = &forward_workspace,
                                          .has_fewer_products = true});
  registry.add<Conv2dPoolDataGradient<float>>({.name = name,
                                               .rank = 1,
                                               .targets = on_host,
                                               .launch = &conv2d_pool_data_gradient_winograd,
                                               .supports = &data_gradient_supports,
                                               .workspace_bytes = &data_gradient_workspace,
                                               .has_fewer_products = true});
  registry.add<Conv2dPoolFilterGradient<float>>({.name = name,
                                                 .rank = 1,
                                                 .targets = on_host,
                                                 .launch = &conv2d_pool_filter_gradient_winograd,
                                                 .supports = &filter_gradient_supports,
                                                 .workspace_bytes = &filter_gradient_workspace,
                                                 .has_fewer_products = true});
}
const Registration registration(&add_variants);

}  // namespace
}  // namespace gs::GS_TARGET
