// dense_tiled_forward.h - the forward pass of dense_tiled, shared with the ops that fuse it (dense_factors.h).
#pragma once
#include "kernels/common/tile_gemm.h"
#include "kernels/dense/dense_factors.h"

namespace gs::GS_TARGET {

bool dense_tiled_supports(const Dense&);  // defined in dense_tiled.cu, like its workspace
std::size_t dense_forward_tiled_workspace(const Dense&);

/// The number of slices of the sum, and the slices' sums [slices, n, out] (dense_tiled.cu).
int dense_forward_slices(const Dense&);
template <class T>
void dense_forward_partial_sums(float* partial, const T* x, const T* w, const Dense&, stream_t);

/// y if the sum is short enough for one slice. A thread requests the factors of four adjacent outputs in sequence.
template <class T, class Factors>
__global__ void __launch_bounds__(tile_threads, tile_blocks)
    dense_forward_whole(T* __restrict__ y, const T* __restrict__ x, const T* __restrict__ w, const T* __restrict__ bias,
                        Dense d, Factors factors) {
  auto factor = factors.for_thread();
  tile_gemm<Fetch::along_depth, Fetch::along_depth>(
      std::int64_t(blockIdx.y) * tile, std::int64_t(blockIdx.x) * tile, d.n, d.out, 0, d.in,
      [&](std::int64_t i, std::int64_t j) { return widened(x[i * d.in + j]); },
      [&](std::int64_t j, std::int64_t o) { return widened(w[o * d.in + j]); },
      [&](std::int64_t i, std::int64_t o, float sum) {
        const std::int64_t at = i * d.out + o;
        y[at] = rounded<T>(dense_activated(widened(bias[o]) + sum, d) * factor.at(at));
      });
}

/// y from the slices' sums, added in order.
template <class T, class Factors>
__global__ void dense_forward_add_slices(T* __restrict__ y, const float* __restrict__ partial,
                                         const T* __restrict__ bias, Dense d, int slices, Factors factors) {
  const std::int64_t size = std::int64_t(d.n) * d.out;
  auto factor = factors.for_thread();
  for (std::int64_t at : grid_stride(size)) {
    float sum = widened(bias[at % d.out]);
    for (int slice = 0; slice < slices; ++slice) sum += partial[slice * size + at];
    y[at] = rounded<T>(dense_activated(sum, d) * factor.at(at));
  }
}

/// Launches the pass: one or two kernels. `workspace` has dense_forward_tiled_workspace(d) bytes.
template <class T, class Factors>
void dense_forward_in_tiles(T* y, const T* x, const T* w, const T* bias, const Dense& d, const Factors& factors,
                            void* workspace, stream_t s) {
  const int slices = dense_forward_slices(d);
  if (slices == 1)
    return launch<dense_forward_whole<T, Factors>>({dim3(tiles(d.out), tiles(d.n)), dim3(tile_threads)}, s, y, x, w,
                                                   bias, d, factors);
  auto* partial = static_cast<float*>(workspace);
  dense_forward_partial_sums(partial, x, w, d, s);
  launch_elementwise<dense_forward_add_slices<T, Factors>>(std::int64_t(d.n) * d.out, s, y, partial, bias, d, slices,
                                                           factors);
}

}  // namespace gs::GS_TARGET
