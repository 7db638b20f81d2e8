// conv2d_pool_tiled.cu - conv2d_tiled, fused with a 2x2 max-pool.
//
// Changed from conv2d_tiled: the rows of the product are ordered by pool window, four pixels each, so that the 4x4
// sums of a thread are one window in four channels. The maximum is taken in registers, and a quarter of the values is
// written. The sums are the same, bit for bit.
#include "kernels/common/registration.h"
#include "kernels/common/tile_gemm.h"
#include "kernels/conv2d/conv2d_window.h"
#include "kernels/conv2d_pool/conv2d_pool.h"
#include "kernels/conv2d_pool/window_maximum.h"

namespace gs::GS_TARGET {

namespace {

template <class T>
__global__ void __launch_bounds__(tile_threads, tile_blocks)
    forward(T* __restrict__ y, std::uint8_t* __restrict__ argmax, const T* __restrict__ x, const T* __restrict__ w,
            const T* __restrict__ bias, Conv2dPool d) {
  const Conv2d& conv = d.conv;
  const int P = d.pool.p(), Q = d.pool.q();
  const std::int64_t windows = d.pool.y_size() / conv.k, taps = conv.w_size() / conv.k;
  const int group = int(blockIdx.z), first_k = group * conv.group_k(), last = first_k + conv.group_k();
  tile_gemm_squares<Fetch::along_depth, Fetch::along_depth>(
      std::int64_t(blockIdx.x) * tile, first_k + std::int64_t(blockIdx.y) * tile, 4 * windows, last, 0, taps,
      [&](std::int64_t row, std::int64_t tap) {
        const std::int64_t window = row / 4;
        const int place = int(row % 4), q = int(window % Q), p = int(window / Q % P);
        return window_at(x, conv, group, window / Q / P, 2 * p + place / 2, 2 * q + place % 2, tap);
      },
      [&](std::int64_t tap, std::int64_t k) { return widened(w[k * taps + tap]); },
      [&](std::int64_t row, std::int64_t first, const float(&sums)[4][4]) {
        if (row >= 4 * windows) return;
#pragma unroll
        for (int j = 0; j < 4; ++j) {
          if (first + j >= last) break;
          const auto maximum =
              window_maximum<T>([&](int i) { return sums[i][j] + widened(bias[first + j]); }, conv.relu);
          const std::int64_t at = row / 4 * conv.k + first + j;
          y[at] = maximum.value;
          argmax[at] = maximum.argmax;
        }
      });
}

bool conv2d_pool_tiled_supports(const Conv2dPool& d) {
  return d.pool.window == 2 && d.pool.stride == 2 && conv2d_tiled_supports(d.conv);
}

template <class T>
void conv2d_pool_forward_tiled(T* y, std::uint8_t* argmax, const T* x, const T* w, const T* bias, const Conv2dPool& d,
                               void*, stream_t s) {
  const dim3 grid(tiles(4 * (d.pool.y_size() / d.conv.k)), tiles(d.conv.group_k()), unsigned(d.conv.groups));
  launch<forward<T>>({grid, dim3(tile_threads)}, s, y, argmax, x, w, bias, d);
}

template <class T>
void add_variants(Registry& registry) {
  registry.add<Conv2dPoolForward<T>>({.name = "tiled",
                                      .rank = 1,
                                      .targets = on_blocks,
                                      .launch = &conv2d_pool_forward_tiled<T>,
                                      .supports = &conv2d_pool_tiled_supports});
}
const Registration registration(&add_variants<float>, &add_variants<bf16>);

}  // namespace
}  // namespace gs::GS_TARGET
