// bias_gradient_two_stage.cu - db[j] = sum_i dy[i,j], in two launches.
//
// First each block adds up a slice of the rows for 32 columns, 8 rows at a time (a warp reads 32 consecutive values),
// and writes one partial sum per column. Then a thread per column adds the partial sums in order. Changed from
// bias_gradient_column: thousands of threads read instead of `columns`; no atomics, so the bits are reproducible.
// One value moved per element: bound by memory.
#include <algorithm>

#include "kernels/bias/bias.h"
#include "kernels/common/kernel.h"
#include "kernels/common/registration.h"

namespace gs::GS_TARGET {
namespace {

constexpr int tile_columns = 32, tile_rows = 8;
constexpr std::int64_t rows_per_slice = 32 * tile_rows, most_slices = 256;

std::int64_t slice_count(const Rows& problem) {
  return std::clamp<std::int64_t>((problem.rows + rows_per_slice - 1) / rows_per_slice, 1, most_slices);
}

/// partial[slice, column]: the sum of every `slices`-th group of tile_rows rows.
template <class T>
__global__ void sum_slice(float* __restrict__ partial, const T* __restrict__ dy, Rows problem) {
  __shared__ float sums[tile_rows][tile_columns];
  const std::int64_t column = std::int64_t(blockIdx.x) * tile_columns + threadIdx.x;
  float sum = 0;
  if (column < problem.columns)
    for (std::int64_t row = std::int64_t(blockIdx.y) * tile_rows + threadIdx.y; row < problem.rows;
         row += std::int64_t(gridDim.y) * tile_rows)
      sum += widened(dy[row * problem.columns + column]);
  sums[threadIdx.y][threadIdx.x] = sum;
  __syncthreads();
  if (threadIdx.y != 0 || column >= problem.columns) return;
  for (int row = 1; row < tile_rows; ++row) sum += sums[row][threadIdx.x];
  partial[std::int64_t(blockIdx.y) * problem.columns + column] = sum;
}

__global__ void sum_partials(float* __restrict__ db, const float* __restrict__ partial, int columns,
                             std::int64_t slices) {
  for (std::int64_t column : grid_stride(columns)) {
    float sum = 0;
    for (std::int64_t slice = 0; slice < slices; ++slice) sum += partial[slice * columns + column];
    db[column] = sum;
  }
}

std::size_t bias_gradient_two_stage_workspace(const Rows& problem) {
  return std::size_t(slice_count(problem)) * std::size_t(problem.columns) * sizeof(float);
}

template <class T>
void bias_gradient_two_stage(float* db, const T* dy, const Rows& problem, void* workspace, stream_t stream) {
  auto* partial = static_cast<float*>(workspace);
  const std::int64_t slices = slice_count(problem);
  const auto column_tiles = unsigned((problem.columns + tile_columns - 1) / tile_columns);
  launch<sum_slice<T>>({dim3(column_tiles, unsigned(slices)), dim3(tile_columns, tile_rows)}, stream, partial, dy,
                       problem);
  launch_elementwise<sum_partials>(problem.columns, stream, db, partial, problem.columns, slices);
}

template <class T>
void add_variants(Registry& registry) {
  registry.add<BiasGradient<T>>({.name = "two_stage",
                                 .rank = 2,
                                 .targets = on_blocks,
                                 .launch = &bias_gradient_two_stage<T>,
                                 .workspace_bytes = &bias_gradient_two_stage_workspace});
}
const Registration registration(&add_variants<float>, &add_variants<bf16>);

}  // namespace
}  // namespace gs::GS_TARGET
