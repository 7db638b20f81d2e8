// dense_dropout_tiled.cu - dense_tiled's forward pass with inverted dropout in its last lines.
//
// What changed from dense_tiled: the kernel that has the whole sum of an output, be it the product's or the one that
// adds the slices, also draws the output's factor from Philox, about 100 integer operations a draw. The sums are the
// same, bit for bit. Bound by memory: the weights are read once.
#include "kernels/common/tile_gemm.h"
#include "kernels/dense_dropout/dense_dropout.h"
#include "kernels/dropout/dropout_draw.h"

namespace gs::GS_TARGET {

bool dense_tiled_supports(const Dense&);
int dense_forward_slices(const Dense&);
std::size_t dense_forward_tiled_workspace(const Dense&);
template <class T>
void dense_forward_partial_sums(float* partial, const T* x, const T* w, const Dense&, stream_t);

namespace {

__device__ inline float activated(float sum, const Dense& d) {
  return d.relu && sum <= 0 ? 0.0f : sum;
}

/// A sum that is short enough for one slice: y at once. The four neighbours that a thread has in a row share their
/// draws.
template <class T>
__global__ void __launch_bounds__(tile_threads)
    forward_whole(T* __restrict__ y, const T* __restrict__ x, const T* __restrict__ w, const T* __restrict__ bias,
                  const StepState* __restrict__ state, DenseDropout problem, float scale) {
  const Dense& d = problem.dense;
  DropoutMask mask(*state, problem.dropout, scale);
  tile_gemm<Fetch::along_depth, Fetch::along_depth>(
      std::int64_t(blockIdx.y) * tile, std::int64_t(blockIdx.x) * tile, d.n, d.out, 0, d.in,
      [&](std::int64_t i, std::int64_t j) { return widened(x[i * d.in + j]); },
      [&](std::int64_t j, std::int64_t o) { return widened(w[o * d.in + j]); },
      [&](std::int64_t i, std::int64_t o, float sum) {
        const std::int64_t at = i * d.out + o;
        y[at] = rounded<T>(activated(widened(bias[o]) + sum, d) * mask.at(at));
      });
}

template <class T>
__global__ void add_slices(T* __restrict__ y, const float* __restrict__ partial, const T* __restrict__ bias,
                           const StepState* __restrict__ state, DenseDropout problem, float scale, int slices) {
  const Dense& d = problem.dense;
  const std::int64_t size = std::int64_t(d.n) * d.out;
  DropoutMask mask(*state, problem.dropout, scale);
  for (std::int64_t at : grid_stride(size)) {
    float sum = widened(bias[at % d.out]);
    for (int slice = 0; slice < slices; ++slice) sum += partial[slice * size + at];
    y[at] = rounded<T>(activated(sum, d) * mask.at(at));
  }
}

}  // namespace

bool dense_dropout_tiled_supports(const DenseDropout& d) {
  return dense_tiled_supports(d.dense) && d.dropout.size <= std::int64_t(4) << 32;  // a group of four is one word
}

std::size_t dense_dropout_tiled_workspace(const DenseDropout& d) {
  return dense_forward_tiled_workspace(d.dense);
}

template <class T>
void dense_dropout_forward_tiled(T* y, const T* x, const T* w, const T* bias, const StepState* state,
                                 const DenseDropout& d, void* workspace, stream_t s) {
  const int slices = dense_forward_slices(d.dense);
  const float scale = d.dropout.scale();
  if (slices == 1)
    return launch<forward_whole<T>>({dim3(tiles(d.dense.out), tiles(d.dense.n)), dim3(tile_threads)}, s, y, x, w, bias,
                                    state, d, scale);
  auto* partial = static_cast<float*>(workspace);
  dense_forward_partial_sums(partial, x, w, d.dense, s);
  launch_elementwise<add_slices<T>>(d.dropout.size, s, y, partial, bias, state, d, scale, slices);
}

template DenseDropoutForwardOf<float>::Launch dense_dropout_forward_tiled;
template DenseDropoutForwardOf<bf16>::Launch dense_dropout_forward_tiled;

}  // namespace gs::GS_TARGET
