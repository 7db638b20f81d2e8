// add_slices.h - the second kernel of a long sum that is split into slices: adds their sums in a fixed order.
#pragma once
#include <type_traits>

#include "kernels/common/kernel.h"

namespace gs::GS_TARGET {

/// Elements per block; `rows` threads add the slices of each.
inline constexpr int slice_columns = 32;

/// Calls write(at, sum) with sum = sum over slices of partial[slice, at], for this block's 32 elements of [0, size).
/// Thread r of an element adds slices r, r + rows, ...; thread 0 then adds the threads' sums.
template <int rows, class Write>
__device__ void add_slices(const float* __restrict__ partial, int slices, int size, const Write& write) {
  __shared__ float sums[rows][slice_columns];
  const int column = int(threadIdx.x) % slice_columns, row = int(threadIdx.x) / slice_columns;
  const int at = int(blockIdx.x) * slice_columns + column;
  float sum = 0;
#pragma unroll 8
  for (int slice = row; slice < slices; slice += rows)
    if (at < size) sum += partial[std::int64_t(slice) * size + at];
  sums[row][column] = sum;
  __syncthreads();
  if (row != 0 || at >= size) return;
#pragma unroll
  for (int i = 1; i < rows; ++i) sum += sums[i][column];
  write(at, sum);
}

/// Calls body(std::integral_constant<int, rows>()), with more rows for more slices: a thread adds its slices serially.
template <class Body>
void with_slice_rows(int slices, const Body& body) {
  if (slices <= 32)
    body(std::integral_constant<int, 8>());
  else
    body(std::integral_constant<int, 32>());
}

}  // namespace gs::GS_TARGET
