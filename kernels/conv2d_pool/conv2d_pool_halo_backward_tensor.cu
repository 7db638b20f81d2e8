// conv2d_pool_halo_backward_tensor.cu - the halo variants' data and filter gradients (kernels/conv2d) from the gradient
// of the pooled output, in tf32 or bf16.
//
// Changed from a max-pool's backward pass followed by conv2d_halo_data_tensor and conv2d_halo_filter_tensor: the full
// gradient, three quarters of it zeros, is expanded in shared memory (unpooled_pixels.h) instead of in global memory,
// which saves a kernel before both and the bytes of writing and reading it. The sums are theirs, bit for bit, but for
// db, which adds the same values in another order.
#include "kernels/common/registration.h"
#include "kernels/conv2d/halo_data_gradient.h"
#include "kernels/conv2d_pool/conv2d_pool.h"
#include "kernels/conv2d_pool/unpooled_pixels.h"

namespace gs::GS_TARGET {
namespace {

bool conv2d_pool_gradients_halo_support(const Conv2dPool& d) {
  return d.pool.window == 2 && d.pool.stride == 2 && conv2d_halo_supports(d.conv);
}

template <class T>
void conv2d_pool_data_gradient_halo(T* dx, const T* dy, const std::uint8_t* argmax, const T* w, const T* relu_output,
                                    const Conv2dPool& d, void*, stream_t s) {
  const Conv2d& c = d.conv;
  with_halo_tile<T>(c.n, c.h, c.w, c.k, c.c, [&](auto tile, const HaloMap& map, dim3 grid, dim3 block) {
    launch_data_gradient<UnpooledPixels<decltype(tile)>>(dx, PooledGradient<T>{dy, argmax}, w, relu_output, map, grid,
                                                         block, s);
  });
}

template <class T>
std::size_t conv2d_pool_filter_gradient_halo_workspace(const Conv2dPool& d) {
  return halo_filter_gradient_workspace<T>(d.conv);
}
template <class T>
void conv2d_pool_filter_gradient_halo(float* dw, float* db, const T* x, const T* dy, const std::uint8_t* argmax,
                                      const Conv2dPool& d, void* workspace, stream_t s) {
  filter_gradient_on_halos<UnpooledGradients>(dw, db, x, PooledGradient<T>{dy, argmax}, d.conv, workspace, s);
}

template <class T>
void add_variants(Registry& registry) {
  registry.add<Conv2dPoolDataGradient<T>>({.name = "halo",
                                           .rank = 1,
                                           .targets = on_blocks,
                                           .launch = &conv2d_pool_data_gradient_halo<T>,
                                           .supports = &conv2d_pool_gradients_halo_support,
                                           .arithmetic = tensor_core_arithmetic<T>});
  registry.add<Conv2dPoolFilterGradient<T>>({.name = "halo",
                                             .rank = 2,
                                             .targets = on_blocks,
                                             .launch = &conv2d_pool_filter_gradient_halo<T>,
                                             .supports = &conv2d_pool_gradients_halo_support,
                                             .workspace_bytes = &conv2d_pool_filter_gradient_halo_workspace<T>,
                                             .arithmetic = tensor_core_arithmetic<T>});
}
const Registration registration(&add_variants<float>, &add_variants<bf16>);

}  // namespace
}  // namespace gs::GS_TARGET
