// add_slices.h - the second kernel of a long sum that was cut into slices, one block each: adds them in a fixed order.
#pragma once
#include <type_traits>

#include "kernels/common/kernel.h"

namespace gs::GS_TARGET {

/// The block's part: 32 elements, `rows` threads for each.
inline constexpr int slice_columns = 32;

/// Calls write(at, sum) with sum = the sum over `slices` of partial[slice, at], for the 32 elements of [0, size) that
/// are this block's. Thread r of an element adds the slices r, r + rows ..., then the first one adds what they have.
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

/// Calls body(rows) with std::integral_constant<int, rows>: as many as leave a thread few slices, one after the other.
template <class Body>
void with_slice_rows(int slices, const Body& body) {
  if (slices <= 32)
    body(std::integral_constant<int, 8>());
  else
    body(std::integral_constant<int, 32>());
}

}  // namespace gs::GS_TARGET
