// conv2d_halo_tensor.cu - the forward pass of 3x3 windows on tensor cores, from pixels in shared memory.
//
// Changed from conv2d_tensor: no matrix of windows. A block copies its tile of pixels once, with a halo of one pixel;
// a tap is an offset in shared memory, so the inner loop has no division and no bounds check. One load of a fragment
// serves up to four products (halo_convolution.h), and floats are rounded to tf32 once instead of in each fragment.
// Reads x about 1.3 to 1.7 times (the halo), w once per tile of pixels; bound by issued instructions.
#include "kernels/common/registration.h"
#include "kernels/conv2d/halo_convolution.h"
#include "kernels/conv2d/window_matrices.h"

namespace gs::GS_TARGET {

bool conv2d_halo_supports(const Conv2d& d) {
  return conv2d_tensor_supports(d) && d.r == 3 && d.s == 3 && d.stride == 1 && d.pad == 1 && d.groups == 1 &&
         d.c % 8 == 0 && d.k % 8 == 0 && parts(d.k, 16) <= 65535;  // blocks of the filter gradient along y
}

namespace {

template <class Tile, class T>
__global__ void __launch_bounds__(halo_threads, halo_blocks)
    forward_halo(T* __restrict__ y, const T* __restrict__ x, const T* __restrict__ w, const T* __restrict__ bias,
                 HaloMap map, bool relu) {
  GS_DYNAMIC_SHARED(T, shared);
  using Weights = FilterRows<Tile>;
  const HaloPlace at(map, int(blockIdx.x));
  const int first = int(blockIdx.y) * Tile::outputs, warp = int(threadIdx.x) / 32;
  const int warp_down = warp / Tile::warps_across, warp_output = warp % Tile::warps_across * Tile::warp_outputs;
  float sums[2][2][Tile::tiles][4];
  start_with_bias<Tile>(sums, bias + first + warp_output, map.outputs - first - warp_output);
  halo_convolution<Tile, Weights>(sums, shared, map, HaloPixels<Tile>(x, map, at), Weights(w, map, first), warp_down,
                                  warp_output);
  for_each_pair<Tile>(sums, map, at, warp_down, first + warp_output, [&](int place, const float(&values)[2]) {
    Run<T, 2> run;
#pragma unroll
    for (int e = 0; e < 2; ++e) run.of[e] = rounded<T>(relu && values[e] <= 0 ? 0.0f : values[e]);
    *reinterpret_cast<Run<T, 2>*>(y + place) = run;
  });
}

template <class T>
void conv2d_forward_halo(T* y, const T* x, const T* w, const T* bias, const Conv2d& d, void*, stream_t s) {
  with_halo_tile<T>(d.n, d.h, d.w, d.c, d.k, [&](auto tile, const HaloMap& map, dim3 grid, dim3 block) {
    using Tile = decltype(tile);
    launch<forward_halo<Tile, T>>({grid, block, halo_shared_bytes<Tile, FilterRows<Tile>>(map)}, s, y, x, w, bias, map,
                                  d.relu);
  });
}

template <class T>
void add_variants(Registry& registry) {
  registry.add<Conv2dForward<T>>({.name = "halo",
                                  .rank = 4,
                                  .targets = on_blocks,
                                  .launch = &conv2d_forward_halo<T>,
                                  .supports = &conv2d_halo_supports,
                                  .arithmetic = tensor_core_arithmetic<T>});
}
const Registration registration(&add_variants<float>, &add_variants<bf16>);

}  // namespace
}  // namespace gs::GS_TARGET
