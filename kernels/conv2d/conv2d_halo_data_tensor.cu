// conv2d_halo_data_tensor.cu - conv2d_halo_tensor's data gradient: the same sums over dy, with the filters turned by
// 180 degrees as they are loaded from shared memory. Reads the ReLU's output, if there is one, once.
#include "kernels/common/registration.h"
#include "kernels/conv2d/halo_convolution.h"

namespace gs::GS_TARGET {
namespace {

template <class Tile, class T>
__global__ void __launch_bounds__(halo_threads, halo_blocks)
    data_gradient_halo(T* __restrict__ dx, const T* __restrict__ dy, const T* __restrict__ w,
                       const T* __restrict__ relu_output, HaloMap map) {
  GS_DYNAMIC_SHARED(T, shared);
  using Weights = TurnedFilterRows<Tile>;
  const HaloPlace at(map, int(blockIdx.x));
  const int first = int(blockIdx.y) * Tile::outputs, warp = int(threadIdx.x) / 32;
  const int warp_down = warp / Tile::warps_across, warp_output = warp % Tile::warps_across * Tile::warp_outputs;
  float sums[2][2][Tile::tiles][4] = {};
  halo_convolution<Tile, Weights>(sums, shared, map, HaloPixels<Tile>(dy, map, at), Weights(w, map, first), warp_down,
                                  warp_output);
  for_each_pair<Tile>(sums, map, at, warp_down, first + warp_output, [&](int place, const float(&values)[2]) {
    Run<T, 2> run = {rounded<T>(values[0]), rounded<T>(values[1])};
    if (relu_output) {
      const auto outputs = *reinterpret_cast<const Run<T, 2>*>(relu_output + place);
#pragma unroll
      for (int e = 0; e < 2; ++e)
        if (widened(outputs.of[e]) <= 0) run.of[e] = rounded<T>(0.0f);
    }
    *reinterpret_cast<Run<T, 2>*>(dx + place) = run;
  });
}

template <class T>
void conv2d_data_gradient_halo(T* dx, const T* dy, const T* w, const T* relu_output, const Conv2d& d, void*,
                               stream_t s) {
  with_halo_tile<T>(d.n, d.h, d.w, d.k, d.c, [&](auto tile, const HaloMap& map, dim3 grid, dim3 block) {
    using Tile = decltype(tile);
    launch<data_gradient_halo<Tile, T>>({grid, block, halo_shared_bytes<Tile, TurnedFilterRows<Tile>>(map)}, s, dx, dy,
                                        w, relu_output, map);
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
