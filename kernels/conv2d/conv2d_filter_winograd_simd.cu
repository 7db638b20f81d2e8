// conv2d_filter_winograd_simd.cu - the filter gradient of 3x3 convolutions of stride 1 on a CPU with fewer
// multiplications: Winograd's F(3x3, 2x2) and F(3x3, 4x4) on the tiles of conv2d_winograd_simd.cu, with 4 and 2.25 of
// them instead of 9 for an output and a pair of channels. The method and its errors are described in
// winograd_filter_gradient.h.
#include "kernels/common/registration.h"
#include "kernels/conv2d/winograd_filter_gradient.h"

namespace gs::GS_TARGET {
namespace {

template <int m>
void conv2d_filter_gradient_winograd(float* dw, float* db, const float* x, const float* dy, const Conv2d& d,
                                     void* workspace, stream_t) {
  const std::int64_t column = d.k, row = column * d.q();
  const auto gradients = [=, &d](const Tile<m>& tile) {
    const float* const first = dy + tile.first_output(d);
    return [=]<class V>(V(&of_tile)[m][m], int k, auto count) {
#pragma GCC unroll 4
      for (int i = 0; i < m; ++i)
#pragma GCC unroll 4
        for (int j = 0; j < m; ++j) of_tile[i][j] = load_as<V>(first + i * row + j * column + k, count);
    };
  };
  winograd_filter_gradient<m>(dw, db, x, gradients, d, workspace);
}

template <int m>
void add_variant_of(Registry& registry, std::string_view name, int rank) {
  registry.add<Conv2dFilterGradient<float>>({.name = name,
                                             .rank = rank,
                                             .targets = on_host,
                                             .launch = &conv2d_filter_gradient_winograd<m>,
                                             .supports = &winograd_supports_filter_gradient<m>,
                                             .workspace_bytes = &winograd_filter_gradient_workspace<m>,
                                             .has_fewer_products = true});
}
void add_variants(Registry& registry) {
  add_variant_of<2>(registry, "winograd", 2);
  add_variant_of<4>(registry, "winograd_4x4", 3);
}
const Registration registration(&add_variants);

}  // namespace
}  // namespace gs::GS_TARGET
