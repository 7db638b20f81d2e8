// conv2d_halo_data_tensor.cu - conv2d_halo_tensor's data gradient: the same sums over dy, with the filters turned by
// 180 degrees as they are loaded from shared memory. Reads the ReLU's output, if there is one, once.
#include "kernels/common/registration.h"
#include "kernels/conv2d/halo_data_gradient.h"

namespace gs::GS_TARGET {
namespace {

template <class T>
void conv2d_data_gradient_halo(T* dx, const T* dy, const T* w, const T* relu_output, const Conv2d& d, void*,
                               stream_t s) {
  with_halo_tile<T>(d.n, d.h, d.w, d.k, d.c, [&](auto tile, const HaloMap& map, dim3 grid, dim3 block) {
    launch_data_gradient<HaloPixels<decltype(tile)>>(dx, dy, w, relu_output, map, grid, block, s);
  });
}

template <class T>
void add_variants(Registry& registry) {
  registry.add<Conv2dDataGradient<T>>({.name = "halo",
                                       .rank = 4,
                                       .targets = on_blocks,
                                       .launch = &conv2d_data_gradient_halo<T>,
                                       .supports = &conv2d_halo_supports,
                                       .arithmetic = tensor_core_arithmetic<T>});
}
const Registration registration(&add_variants<float>, &add_variants<bf16>);

}  // namespace
}  // namespace gs::GS_TARGET
