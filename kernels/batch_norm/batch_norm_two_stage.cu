// batch_norm_two_stage.cu - batch normalisation by blocks: each sums a slice of the rows for 32 channels, a second
// launch merges the slices, a third one is element-wise.
//
// Changed from batch_norm_channel: thousands of threads read, forward reads x twice instead of three times, and only
// the merging of slices is in double. A warp reads 32 neighbouring channels of a row; a thread computes the moments of
// 8 rows at a time and merges them (moments.h). Bound by memory.
#include <algorithm>

#include "kernels/batch_norm/batch_norm_map.h"
#include "kernels/batch_norm/batch_norm_parts.h"
#include "kernels/batch_norm/moments.h"
#include "kernels/common/registration.h"

namespace gs::GS_TARGET {
namespace {

constexpr int tile_columns = 32, tile_rows = 8, rows_a_thread = 8;

/// Independent of the number of valid rows, so that a captured graph fits every batch.
int slice_count(const BatchNorm& p) {
  constexpr std::int64_t rows_per_slice = 4 * tile_rows * rows_a_thread, most_slices = 256;
  return int(std::clamp<std::int64_t>((p.rows() + rows_per_slice - 1) / rows_per_slice, 1, most_slices));
}

Geometry blocks_of(const BatchNorm& p, source_location where = source_location::current()) {
  return {dim3(unsigned((p.c + tile_columns - 1) / tile_columns), unsigned(slice_count(p))),
          dim3(tile_columns, tile_rows), 0, false, where};
}

/// A thread's channel and its block's rows.
struct Slice {
  int c;
  std::int64_t begin, end;
};
__device__ inline Slice slice_of_block(std::int64_t rows, int channels) {
  const int slice = int(blockIdx.y), slices = int(gridDim.y);
  const int c = int(blockIdx.x) * tile_columns + int(threadIdx.x);
  return {c, slice_begin(rows, slice, slices), c < channels ? slice_begin(rows, slice + 1, slices) : 0};
}

/// partial[slice, channel]: the moments of the slice's rows.
template <class T>
__global__ void measure_slice(Moments<float>* __restrict__ partial, const T* __restrict__ x,
                              const StepState* __restrict__ state, BatchNorm p) {
  __shared__ float counts[tile_rows][tile_columns], means[tile_rows][tile_columns], squares[tile_rows][tile_columns];
  const Slice slice = slice_of_block(valid_rows(*state, p), p.c);
  const T* const column = x + slice.c;
  Moments<float> all;
  std::int64_t row = slice.begin + threadIdx.y;
  for (; row + (rows_a_thread - 1) * tile_rows < slice.end; row += rows_a_thread * tile_rows)
    all = merged(all, moments_of<rows_a_thread>(column + row * p.c, std::int64_t(tile_rows) * p.c));
  for (; row < slice.end; row += tile_rows) all = merged(all, {1, widened(column[row * p.c]), 0});
  counts[threadIdx.y][threadIdx.x] = all.count;
  means[threadIdx.y][threadIdx.x] = all.mean;
  squares[threadIdx.y][threadIdx.x] = all.squares;
  __syncthreads();
  if (threadIdx.y != 0 || slice.c >= p.c) return;
  for (int i = 1; i < tile_rows; ++i)
    all = merged(all, {counts[i][threadIdx.x], means[i][threadIdx.x], squares[i][threadIdx.x]});
  Moments<float>& to = partial[std::int64_t(blockIdx.y) * p.c + slice.c];
  to.count = all.count;
  to.mean = all.mean;
  to.squares = all.squares;
}

/// To: BatchStatistics or PartMoments.
template <class To>
__global__ void merge_slices(To to, const Moments<float>* __restrict__ partial, BatchNorm p, int slices) {
  for (std::int64_t c : grid_stride(p.c)) {
    Moments<double> all;
    for (int slice = 0; slice < slices; ++slice) {
      const Moments<float>& part = partial[std::int64_t(slice) * p.c + c];
      all = merged(all, {double(part.count), double(part.mean), double(part.squares)});
    }
    to.write(int(c), all.count, all.mean, all.squares, p);
  }
}

template <class To>
void merge(To to, const Moments<float>* partial, const BatchNorm& p, stream_t stream) {
  launch_elementwise<merge_slices<To>>(p.c, stream, to, partial, p, slice_count(p));
}

/// A channel's two sums over some rows.
struct GradientSums {
  float gamma, beta;
};

/// partial[slice, channel]: the sums over the slice's rows.
template <class T>
__global__ void sum_slice(GradientSums* __restrict__ partial, const T* __restrict__ dy, const T* __restrict__ x,
                          const float* __restrict__ mean, const float* __restrict__ inverse_deviation,
                          const StepState* __restrict__ state, BatchNorm p) {
  __shared__ float gammas[tile_rows][tile_columns], betas[tile_rows][tile_columns];
  const Slice slice = slice_of_block(valid_rows(*state, p), p.c);
  const bool inside = slice.c < p.c;
  const float center = inside ? mean[slice.c] : 0, factor = inside ? inverse_deviation[slice.c] : 0;
  float of_gamma = 0, of_beta = 0;
#pragma unroll 4
  for (std::int64_t row = slice.begin + threadIdx.y; row < slice.end; row += tile_rows) {
    const float g = widened(dy[row * p.c + slice.c]);
    of_gamma += g * ((widened(x[row * p.c + slice.c]) - center) * factor);
    of_beta += g;
  }
  gammas[threadIdx.y][threadIdx.x] = of_gamma;
  betas[threadIdx.y][threadIdx.x] = of_beta;
  __syncthreads();
  if (threadIdx.y != 0 || !inside) return;
  for (int i = 1; i < tile_rows; ++i) {
    of_gamma += gammas[i][threadIdx.x];
    of_beta += betas[i][threadIdx.x];
  }
  GradientSums& to = partial[std::int64_t(blockIdx.y) * p.c + slice.c];
  to.gamma = of_gamma;
  to.beta = of_beta;
}

__global__ void add_up(float* __restrict__ dgamma, float* __restrict__ dbeta, const GradientSums* __restrict__ partial,
                       int channels, int slices) {
  for (std::int64_t c : grid_stride(channels)) {
    double of_gamma = 0, of_beta = 0;
    for (int slice = 0; slice < slices; ++slice) {
      of_gamma += double(partial[std::int64_t(slice) * channels + c].gamma);
      of_beta += double(partial[std::int64_t(slice) * channels + c].beta);
    }
    dgamma[c] = float(of_gamma);
    dbeta[c] = float(of_beta);
  }
}

template <class T>
void run_forward(T* y, float* mean, float* inverse_deviation, float* running_mean, float* running_variance, const T* x,
                 const float* gamma, const float* beta, const StepState* state, const BatchNorm& p, void* workspace,
                 stream_t stream) {
  auto* partial = static_cast<Moments<float>*>(workspace);
  const BatchStatistics statistics{mean, inverse_deviation, running_mean, running_variance};
  launch<measure_slice<T>>(blocks_of(p), stream, partial, x, state, p);
  merge(statistics, partial, p, stream);
  launch_apply(y, x, gamma, beta, mean, inverse_deviation, p, stream);
}

template <class T>
void run_moments(float* moments, const T* x, const StepState* state, const BatchNorm& p, void* workspace,
                 stream_t stream) {
  auto* partial = static_cast<Moments<float>*>(workspace);
  launch<measure_slice<T>>(blocks_of(p), stream, partial, x, state, p);
  merge(PartMoments{moments}, partial, p, stream);
}

template <class T>
void run_sums(float* dgamma, float* dbeta, const T* dy, const T* x, const float* mean, const float* inverse_deviation,
              const StepState* state, const BatchNorm& p, void* workspace, stream_t stream) {
  auto* partial = static_cast<GradientSums*>(workspace);
  launch<sum_slice<T>>(blocks_of(p), stream, partial, dy, x, mean, inverse_deviation, state, p);
  launch_elementwise<add_up>(p.c, stream, dgamma, dbeta, partial, p.c, slice_count(p));
}

template <class T>
void run_backward(T* dx, float* dgamma, float* dbeta, const T* dy, const T* x, const float* gamma, const float* mean,
                  const float* inverse_deviation, const T* relu_output, const StepState* state, const BatchNorm& p,
                  void* workspace, stream_t stream) {
  run_sums(dgamma, dbeta, dy, x, mean, inverse_deviation, state, p, workspace, stream);
  launch_data_gradient(dx, dgamma, dbeta, dy, x, gamma, mean, inverse_deviation, relu_output, state, p, stream);
}

template <class Partial>
std::size_t workspace_of(const BatchNorm& p) {
  return std::size_t(slice_count(p)) * std::size_t(p.c) * sizeof(Partial);
}

template <class T>
void add_variants(Registry& registry) {
  registry.add<BatchNormForward<T>>({.name = "two_stage",
                                     .rank = 2,
                                     .targets = on_blocks,
                                     .launch = &run_forward<T>,
                                     .workspace_bytes = &workspace_of<Moments<float>>});
  registry.add<BatchNormBackward<T>>({.name = "two_stage",
                                      .rank = 2,
                                      .targets = on_blocks,
                                      .launch = &run_backward<T>,
                                      .workspace_bytes = &workspace_of<GradientSums>});
  registry.add<BatchNormMoments<T>>({.name = "two_stage",
                                     .rank = 2,
                                     .targets = on_blocks,
                                     .launch = &run_moments<T>,
                                     .workspace_bytes = &workspace_of<Moments<float>>});
  registry.add<BatchNormSums<T>>({.name = "two_stage",
                                  .rank = 2,
                                  .targets = on_blocks,
                                  .launch = &run_sums<T>,
                                  .workspace_bytes = &workspace_of<GradientSums>});
}
const Registration registration(&add_variants<float>, &add_variants<bf16>);

}  // namespace
}  // namespace gs::GS_TARGET
