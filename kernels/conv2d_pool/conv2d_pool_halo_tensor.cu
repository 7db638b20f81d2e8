// conv2d_pool_halo_tensor.cu - conv2d_halo_tensor, fused with a 2x2 max-pool, in tf32 or bf16.
//
// Changed from conv2d_pool_tensor: the sums are those of conv2d_halo_tensor, bit for bit. There a thread holds whole
// windows anyway, so the maximum is taken in registers.
#include "kernels/common/registration.h"
#include "kernels/conv2d/halo_convolution.h"
#include "kernels/conv2d_pool/conv2d_pool.h"
#include "kernels/conv2d_pool/window_maximum.h"

namespace gs::GS_TARGET {
namespace {

/// `rows`, `columns`: of the pool's output.
template <class Tile, class T>
__global__ void __launch_bounds__(halo_threads, halo_blocks)
    forward_pool_halo(T* __restrict__ y, std::uint8_t* __restrict__ argmax, const T* __restrict__ x,
                      const T* __restrict__ w, const T* __restrict__ bias, HaloMap map, int rows, int columns,
                      bool relu) {
  GS_DYNAMIC_SHARED(T, shared);
  using Weights = FilterRows<Tile>;
  const HaloPlace at(map, int(blockIdx.x));
  const int first = int(blockIdx.y) * Tile::outputs, warp = int(threadIdx.x) / 32, lane = int(threadIdx.x) % 32;
  const int warp_down = warp / Tile::warps_across, warp_output = warp % Tile::warps_across * Tile::warp_outputs;
  float sums[2][2][Tile::tiles][4];
  start_with_bias<Tile>(sums, bias + first + warp_output, map.outputs - first - warp_output);
  halo_convolution<Tile, Weights>(sums, shared, map, HaloPixels<Tile>(x, map, at), Weights(w, map, first), warp_down,
                                  warp_output);
  const int column = at.left / 2 + lane / 4;
#pragma unroll
  for (int down = 0; down < 2; ++down) {
    const int row = at.top / 2 + 2 * warp_down + down;
    if (row >= rows || column >= columns) return;
#pragma unroll
    for (int tile = 0; tile < Tile::tiles; ++tile) {
      const int output = first + warp_output + tile * 8 + lane % 4 * 2;
      if (output >= map.outputs) return;
      Run<T, 2> maxima;
      Run<std::uint8_t, 2> index;
#pragma unroll
      for (int e = 0; e < 2; ++e) {
        const auto maximum = window_maximum<T>([&](int i) { return sums[i / 2][i % 2][tile][2 * down + e]; }, relu);
        maxima.of[e] = maximum.value, index.of[e] = maximum.argmax;
      }
      const int place = ((at.image * rows + row) * columns + column) * map.outputs + output;
      *reinterpret_cast<Run<T, 2>*>(y + place) = maxima;
      *reinterpret_cast<Run<std::uint8_t, 2>*>(argmax + place) = index;
    }
  }
}

bool conv2d_pool_halo_supports(const Conv2dPool& d) {
  return d.pool.window == 2 && d.pool.stride == 2 && conv2d_halo_supports(d.conv);
}

template <class T>
void conv2d_pool_forward_halo(T* y, std::uint8_t* argmax, const T* x, const T* w, const T* bias, const Conv2dPool& d,
                              void*, stream_t s) {
  const Conv2d& conv = d.conv;
  with_halo_tile<T>(conv.n, conv.h, conv.w, conv.c, conv.k, [&](auto tile, const HaloMap& map, dim3 grid, dim3 block) {
    using Tile = decltype(tile);
    launch<forward_pool_halo<Tile, T>>({grid, block, halo_shared_bytes<Tile, FilterRows<Tile>>(map)}, s, y, argmax, x,
                                       w, bias, map, d.pool.p(), d.pool.q(), conv.relu);
  });
}

template <class T>
void add_variants(Registry& registry) {
  registry.add<Conv2dPoolForward<T>>({.name = "halo",
                                      .rank = 3,
                                      .targets = on_blocks,
                                      .launch = &conv2d_pool_forward_halo<T>,
                                      .supports = &conv2d_pool_halo_supports,
                                      .arithmetic = tensor_core_arithmetic<T>});
}
const Registration registration(&add_variants<float>, &add_variants<bf16>);

}  // namespace
}  // namespace gs::GS_TARGET
