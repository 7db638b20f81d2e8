// dense_tiled.cu - a dense layer in 64x64 tiles through shared memory; long sums are cut into slices.
//
// Changed from dense_direct: each value of W is read once per tile instead of once per output, and reads are coalesced.
// The forward pass of a wide layer on a small batch has few tiles with sums over tens of thousands of inputs: slices
// of them fill the GPU with blocks, and a second kernel adds them in order. Bound by memory: the weights are read
// once.
#include "kernels/bias/bias_launchers.h"
#include "kernels/common/registration.h"
#include "kernels/dense/dense_tiled_forward.h"

namespace gs::GS_TARGET {

namespace {

/// partial[slice, i, o] = the slice's part of sum over j of x[i, j] W[o, j].
template <class T>
__global__ void __launch_bounds__(tile_threads, tile_blocks)
    forward_slices(float* __restrict__ partial, const T* __restrict__ x, const T* __restrict__ w, Dense d, int slices) {
  const std::int64_t slice = blockIdx.z, begin = d.in * slice / slices, end = d.in * (slice + 1) / slices;
  tile_gemm<Fetch::along_depth, Fetch::along_depth>(
      std::int64_t(blockIdx.y) * tile, std::int64_t(blockIdx.x) * tile, d.n, d.out, begin, end,
      [&](std::int64_t i, std::int64_t j) { return widened(x[i * d.in + j]); },
      [&](std::int64_t j, std::int64_t o) { return widened(w[o * d.in + j]); },
      [&](std::int64_t i, std::int64_t o, float sum) { partial[(slice * d.n + i) * d.out + o] = sum; });
}

template <class T>
__global__ void __launch_bounds__(tile_threads, tile_blocks)
    data_gradient(T* __restrict__ dx, const T* __restrict__ dy, const T* __restrict__ w,
                  const T* __restrict__ relu_output, Dense d) {
  tile_gemm(
      std::int64_t(blockIdx.y) * tile, std::int64_t(blockIdx.x) * tile, d.n, d.in, 0, d.out,
      [&](std::int64_t i, std::int64_t o) { return widened(dy[i * d.out + o]); },
      [&](std::int64_t o, std::int64_t j) { return widened(w[o * d.in + j]); },
      [&](std::int64_t i, std::int64_t j, float sum) {
        const std::int64_t at = i * d.in + j;
        dx[at] = rounded<T>(!relu_output ? sum : widened(relu_output[at]) <= 0 ? 0.0f : d.mask_scale * sum);
      });
}

template <class T>
__global__ void __launch_bounds__(tile_threads, tile_blocks)
    filter_gradient(float* __restrict__ dw, const T* __restrict__ x, const T* __restrict__ dy, Dense d) {
  tile_gemm<Fetch::along_tile>(
      std::int64_t(blockIdx.y) * tile, std::int64_t(blockIdx.x) * tile, d.out, d.in, 0, d.n,
      [&](std::int64_t o, std::int64_t i) { return widened(dy[i * d.out + o]); },
      [&](std::int64_t i, std::int64_t j) { return widened(x[i * d.in + j]); },
      [&](std::int64_t o, std::int64_t j, float sum) { dw[o * d.in + j] = sum; });
}

}  // namespace

int dense_forward_slices(const Dense& d) {
  return slices_for(d.in, std::int64_t(tiles(d.out)) * tiles(d.n));
}

template <class T>
void dense_forward_partial_sums(float* partial, const T* x, const T* w, const Dense& d, stream_t s) {
  const int slices = dense_forward_slices(d);
  launch<forward_slices<T>>({dim3(tiles(d.out), tiles(d.n), unsigned(slices)), dim3(tile_threads)}, s, partial, x, w, d,
                            slices);
}
template void dense_forward_partial_sums(float*, const float*, const float*, const Dense&, stream_t);
template void dense_forward_partial_sums(float*, const bf16*, const bf16*, const Dense&, stream_t);

bool dense_tiled_supports(const Dense& d) {
  return tiles(d.n) <= 65535 && tiles(d.out) <= 65535;
}

std::size_t dense_forward_tiled_workspace(const Dense& d) {
  const int slices = dense_forward_slices(d);
  return slices == 1 ? 0 : std::size_t(slices) * std::size_t(d.n) * std::size_t(d.out) * sizeof(float);
}

template <class T>
void dense_forward_tiled(T* y, const T* x, const T* w, const T* bias, const Dense& d, void* workspace, stream_t s) {
  dense_forward_in_tiles(y, x, w, bias, d, NoFactors(), workspace, s);
}

template <class T>
void dense_data_gradient_tiled(T* dx, const T* dy, const T* w, const T* relu_output, const Dense& d, void*,
                               stream_t s) {
  launch<data_gradient<T>>({dim3(tiles(d.in), tiles(d.n)), dim3(tile_threads)}, s, dx, dy, w, relu_output, d);
}

template <class T>
void dense_weight_gradient_tiled(float* dw, float* db, const T* x, const T* dy, const Dense& d, void*, stream_t s) {
  launch<filter_gradient<T>>({dim3(tiles(d.in), tiles(d.out)), dim3(tile_threads)}, s, dw, x, dy, d);
  bias_gradient_column(db, dy, {d.n, d.out}, nullptr, s);
}

namespace {

template <class T>
void add_variants(Registry& registry) {
  registry.add<DenseForward<T>>({.name = "tiled",
                                 .rank = 2,
                                 .targets = on_blocks,
                                 .launch = &dense_forward_tiled<T>,
                                 .supports = &dense_tiled_supports,
                                 .workspace_bytes = &dense_forward_tiled_workspace});
  registry.add<DenseDataGradient<T>>({.name = "tiled",
                                      .rank = 2,
                                      .targets = on_blocks,
                                      .launch = &dense_data_gradient_tiled<T>,
                                      .supports = &dense_tiled_supports});
  registry.add<DenseWeightGradient<T>>({.name = "tiled",
                                        .rank = 2,
                                        .targets = on_blocks,
                                        .launch = &dense_weight_gradient_tiled<T>,
                                        .supports = &dense_tiled_supports});
}
const Registration registration(&add_variants<float>, &add_variants<bf16>);

}  // namespace
}  // namespace gs::GS_TARGET
