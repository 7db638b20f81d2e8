// dense_tiled.cu - a dense layer in 64x64 tiles through shared memory; long sums are cut into slices.
//
// What changed from dense_direct: each value of W is read once per tile instead of once per output, and neighbouring
// threads fetch neighbours. The forward pass of a wide layer on a small batch is one tile with a sum over tens of
// thousands of inputs: slices of it go to as many blocks as the GPU has room for, and a second kernel adds them in
// order. Bound by memory: the weights are read once.
#include "kernels/bias/bias.h"
#include "kernels/common/tile_gemm.h"
#include "kernels/dense/dense.h"

namespace gs::GS_TARGET {

BiasGradient::Launch bias_gradient_column;

namespace {

__device__ inline float activated(float sum, const Dense& d) {
  return d.relu && sum <= 0 ? 0.0f : sum;
}

/// A sum that is short enough for one slice: y at once.
__global__ void __launch_bounds__(tile_threads)
    forward_whole(float* __restrict__ y, const float* __restrict__ x, const float* __restrict__ w,
                  const float* __restrict__ bias, Dense d) {
  tile_gemm<Fetch::along_depth, Fetch::along_depth>(
      std::int64_t(blockIdx.y) * tile, std::int64_t(blockIdx.x) * tile, d.n, d.out, 0, d.in,
      [&](std::int64_t i, std::int64_t j) { return x[i * d.in + j]; },
      [&](std::int64_t j, std::int64_t o) { return w[o * d.in + j]; },
      [&](std::int64_t i, std::int64_t o, float sum) { y[i * d.out + o] = activated(bias[o] + sum, d); });
}

/// partial[slice, i, o] = the slice's part of sum over j of x[i, j] W[o, j].
__global__ void __launch_bounds__(tile_threads) forward_slices(float* __restrict__ partial, const float* __restrict__ x,
                                                               const float* __restrict__ w, Dense d, int slices) {
  const std::int64_t slice = blockIdx.z, begin = d.in * slice / slices, end = d.in * (slice + 1) / slices;
  tile_gemm<Fetch::along_depth, Fetch::along_depth>(
      std::int64_t(blockIdx.y) * tile, std::int64_t(blockIdx.x) * tile, d.n, d.out, begin, end,
      [&](std::int64_t i, std::int64_t j) { return x[i * d.in + j]; },
      [&](std::int64_t j, std::int64_t o) { return w[o * d.in + j]; },
      [&](std::int64_t i, std::int64_t o, float sum) { partial[(slice * d.n + i) * d.out + o] = sum; });
}

__global__ void add_slices(float* __restrict__ y, const float* __restrict__ partial, const float* __restrict__ bias,
                           Dense d, int slices) {
  const std::int64_t size = std::int64_t(d.n) * d.out;
  for (std::int64_t at : grid_stride(size)) {
    float sum = bias[at % d.out];
    for (int slice = 0; slice < slices; ++slice) sum += partial[slice * size + at];
    y[at] = activated(sum, d);
  }
}

__global__ void __launch_bounds__(tile_threads)
    data_gradient(float* __restrict__ dx, const float* __restrict__ dy, const float* __restrict__ w,
                  const float* __restrict__ relu_output, Dense d) {
  tile_gemm(
      std::int64_t(blockIdx.y) * tile, std::int64_t(blockIdx.x) * tile, d.n, d.in, 0, d.out,
      [&](std::int64_t i, std::int64_t o) { return dy[i * d.out + o]; },
      [&](std::int64_t o, std::int64_t j) { return w[o * d.in + j]; },
      [&](std::int64_t i, std::int64_t j, float sum) {
        const std::int64_t at = i * d.in + j;
        dx[at] = relu_output && relu_output[at] <= 0 ? 0.0f : sum;
      });
}

__global__ void __launch_bounds__(tile_threads)
    filter_gradient(float* __restrict__ dw, const float* __restrict__ x, const float* __restrict__ dy, Dense d) {
  tile_gemm<Fetch::along_tile>(
      std::int64_t(blockIdx.y) * tile, std::int64_t(blockIdx.x) * tile, d.out, d.in, 0, d.n,
      [&](std::int64_t o, std::int64_t i) { return dy[i * d.out + o]; },
      [&](std::int64_t i, std::int64_t j) { return x[i * d.in + j]; },
      [&](std::int64_t o, std::int64_t j, float sum) { dw[o * d.in + j] = sum; });
}

int forward_slices_of(const Dense& d) {
  return slices_for(d.in, std::int64_t(tiles(d.out)) * tiles(d.n));
}

}  // namespace

bool dense_tiled_supports(const Dense& d) {
  return tiles(d.n) <= 65535 && tiles(d.out) <= 65535;
}

std::size_t dense_forward_tiled_workspace(const Dense& d) {
  const int slices = forward_slices_of(d);
  return slices == 1 ? 0 : std::size_t(slices) * std::size_t(d.n) * std::size_t(d.out) * sizeof(float);
}

void dense_forward_tiled(float* y, const float* x, const float* w, const float* bias, const Dense& d, void* workspace,
                         stream_t s) {
  const int slices = forward_slices_of(d);
  if (slices == 1)
    return launch<forward_whole>({dim3(tiles(d.out), tiles(d.n)), dim3(tile_threads)}, s, y, x, w, bias, d);
  auto* partial = static_cast<float*>(workspace);
  launch<forward_slices>({dim3(tiles(d.out), tiles(d.n), unsigned(slices)), dim3(tile_threads)}, s, partial, x, w, d,
                         slices);
  launch_elementwise<add_slices>(std::int64_t(d.n) * d.out, s, y, partial, bias, d, slices);
}

void dense_data_gradient_tiled(float* dx, const float* dy, const float* w, const float* relu_output, const Dense& d,
                               void*, stream_t s) {
  launch<data_gradient>({dim3(tiles(d.in), tiles(d.n)), dim3(tile_threads)}, s, dx, dy, w, relu_output, d);
}

void dense_filter_gradient_tiled(float* dw, float* db, const float* x, const float* dy, const Dense& d, void*,
                                 stream_t s) {
  launch<filter_gradient>({dim3(tiles(d.in), tiles(d.out)), dim3(tile_threads)}, s, dw, x, dy, d);
  bias_gradient_column(db, dy, {d.n, d.out}, nullptr, s);
}

}  // namespace gs::GS_TARGET
