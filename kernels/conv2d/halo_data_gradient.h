// halo_data_gradient.h - the data gradient of the halo variants, from any form of the gradient of the output.
#pragma once
#include "kernels/conv2d/halo_convolution.h"

namespace gs::GS_TARGET {

/// `Pixels` stages the gradient of the convolution's output, which `dy` holds.
template <class Tile, class Pixels, class T>
__global__ void __launch_bounds__(halo_threads, halo_blocks)
    data_gradient_halo(T* __restrict__ dx, typename Pixels::Source dy, const T* __restrict__ w,
                       const T* __restrict__ relu_output, HaloMap map) {
  GS_DYNAMIC_SHARED(T, shared);
  using Weights = TurnedFilterRows<Tile>;
  const HaloPlace at(map, int(blockIdx.x));
  const int first = int(blockIdx.y) * Tile::outputs, warp = int(threadIdx.x) / 32;
  const int warp_down = warp / Tile::warps_across, warp_output = warp % Tile::warps_across * Tile::warp_outputs;
  float sums[2][2][Tile::tiles][4] = {};
  halo_convolution<Tile, Weights>(sums, shared, map, Pixels(dy, map, at), Weights(w, map, first), warp_down,
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

template <class Pixels, class T>
void launch_data_gradient(T* dx, const typename Pixels::Source& dy, const T* w, const T* relu_output,
                          const HaloMap& map, dim3 grid, dim3 block, stream_t s) {
  using Tile = typename Pixels::Tile;
  launch<data_gradient_halo<Tile, Pixels, T>>({grid, block, halo_shared_bytes<Tile, TurnedFilterRows<Tile>>(map)}, s,
                                              dx, dy, w, relu_output, map);
}

}  // namespace gs::GS_TARGET
