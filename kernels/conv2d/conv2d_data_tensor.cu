// conv2d_data_tensor.cu - conv2d_tensor's data gradient: the same products over dy, with the filters reordered. In a
// separate file, because conv2d_tensor and this one take nvcc longest to compile.
#include "kernels/common/registration.h"
#include "kernels/common/store_pair.h"
#include "kernels/common/tensor_gemm.h"
#include "kernels/conv2d/conv2d.h"
#include "kernels/conv2d/tensor_tiles.h"
#include "kernels/conv2d/window_matrices.h"

namespace gs::GS_TARGET {
namespace {

/// `channels`: per group.
template <class Tile, class T>
__global__ void __launch_bounds__(tensor_threads, tensor_blocks)
    data_gradient_tensor(T* __restrict__ dx, const T* __restrict__ dy, const T* __restrict__ w,
                         const T* __restrict__ relu_output, WindowMap map, int channels, bool filter_vectors) {
  const int group = int(blockIdx.z), first = group * channels, all = int(gridDim.z) * channels;
  tensor_gemm<Tile>(int(blockIdx.x) * Tile::rows, int(blockIdx.y) * Tile::columns, map.pixels, channels, 0, map.taps,
                    GradientWindows<T>{dy, map, group * map.channels},
                    TurnedFilters<T>(w, first * map.taps, channels, filter_vectors, map), NothingObserved(),
                    [&](int pixel, int c, const float(&sums)[2], int count) {
                      const int at = pixel * all + first + c;
                      T values[2];
#pragma unroll
                      for (int e = 0; e < 2; ++e) {
                        const bool closed = relu_output && e < count && widened(relu_output[at + e]) <= 0;
                        values[e] = rounded<T>(closed ? 0.0f : sums[e]);
                      }
                      store_pair(dx + at, values, count);
                    });
}

template <class T>
void conv2d_data_gradient_tensor(T* dx, const T* dy, const T* w, const T* relu_output, const Conv2d& d, void*,
                                 stream_t s) {
  const WindowMap map = gradient_windows_of(d, in_vectors(dy, d.group_k()));
  with_tile(map.pixels, d.group_c(), d.groups, [&](auto tile, dim3 grid) {
    launch<data_gradient_tensor<decltype(tile), T>>({grid, dim3(tensor_threads)}, s, dx, dy, w, relu_output, map,
                                                    d.group_c(), in_vectors(w, d.group_c()));
  });
}

template <class T>
void add_variants(Registry& registry) {
  registry.add<Conv2dDataGradient<T>>({.name = "tensor",
                                       .rank = 3,
                                       .targets = on_blocks,
                                       .launch = &conv2d_data_gradient_tensor<T>,
                                       .supports = &conv2d_tensor_supports,
                                       .arithmetic = tensor_core_arithmetic<T>});
}
const Registration registration(&add_variants<float>, &add_variants<bf16>);

}  // namespace
}  // namespace gs::GS_TARGET
