// conv2d_winograd_simd.cu - 3x3 convolutions of stride 1 on a CPU with fewer multiplications, by Winograd's minimal
// filtering: F(2x2, 3x3) has 4 per output instead of 9, F(4x4, 3x3) 2.25. The method and its errors are described in
// winograd_convolution.h.
//
// Changed from conv2d_simd: the outputs of a tile are computed together.
#include "kernels/common/registration.h"
#include "kernels/conv2d/winograd_convolution.h"

namespace gs::GS_TARGET {
namespace {

/// Outputs y[n, p, q, k] with bias and ReLU, as in Conv2dForward.
template <int m>
struct Activations {
  float* y;
  const float* bias;
  Conv2d d;

  std::int64_t first_of(const Tile<m>& tile) const { return tile.first_output(d); }
  template <class V, class Count>
  GS_INLINE void store(const V (&sums)[m][m], std::int64_t at, int k, Count count) const {
    const std::int64_t column = d.k, row = column * d.q();
    const V offset = load_as<V>(bias + k, count);
#pragma GCC unroll 4
    for (int i = 0; i < m; ++i)
#pragma GCC unroll 4
      for (int j = 0; j < m; ++j) {
        const V value = sums[i][j] + offset;
        GS_TARGET::store(y + at + i * row + j * column, d.relu ? relu(value) : value, count);
      }
  }
};

template <int m>
void conv2d_forward_winograd(float* y, const float* x, const float* w, const float* bias, const Conv2d& d,
                             void* workspace, stream_t) {
  float* const filters = static_cast<float*>(workspace);
  transform_filters_forward<m>(filters, w, d);
  convolve_by_tiles<m>(filters, d, Images<m>{x, d}, Activations<m>{y, bias, d});
}

template <int m>
void conv2d_data_gradient_winograd(float* dx, const float* dy, const float* w, const float* relu_output,
                                   const Conv2d& d, void* workspace, stream_t) {
  const Conv2d mirror = mirrored(d);
  float* const filters = static_cast<float*>(workspace);
  transform_filters_backward<m>(filters, w, d);
  convolve_by_tiles<m>(filters, mirror, Images<m>{dy, mirror}, InputGradients<m>{dx, relu_output, mirror});
}

template <int m>
void add_variants_of(Registry& registry, std::string_view name, int rank) {
  registry.add<Conv2dForward<float>>({.name = name,
                                      .rank = rank,
                                      .targets = on_host,
                                      .launch = &conv2d_forward_winograd<m>,
                                      .supports = &winograd_supports<m>,
                                      .workspace_bytes = &winograd_workspace<m>,
                                      .has_fewer_products = true});
  registry.add<Conv2dDataGradient<float>>({.name = name,
                                           .rank = rank,
                                           .targets = on_host,
                                           .launch = &conv2d_data_gradient_winograd<m>,
                                           .supports = &winograd_supports_data_gradient<m>,
                                           .workspace_bytes = &winograd_data_gradient_workspace<m>,
                                           .has_fewer_products = true});
}
void add_variants(Registry& registry) {
  add_variants_of<2>(registry, "winograd", 2);
  add_variants_of<4>(registry, "winograd_4x4", 3);
}
const Registration registration(&add_variants);

}  // namespace
}  // namespace gs::GS_TARGET
