// filter_slices.h - the second kernel of a filter gradient whose sum over the pixels is cut into slices.
#pragma once
#include "kernels/common/add_slices.h"
#include "kernels/conv2d/conv2d.h"

namespace gs::GS_TARGET {

/// dw and db from the slices' sums: partial[slice] holds `weights` of dw, then `filters` of db.
template <int rows>
__global__ void __launch_bounds__(slice_columns* rows)
    add_filter_slices(float* __restrict__ dw, float* __restrict__ db, const float* __restrict__ partial, int weights,
                      int filters, int slices) {
  add_slices<rows>(partial, slices, weights + filters,
                   [&](int at, float sum) { (at < weights ? dw[at] : db[at - weights]) = sum; });
}

inline void launch_add_filter_slices(float* dw, float* db, const float* partial, const Conv2d& d, int slices,
                                     stream_t s) {
  const int weights = int(d.w_size());
  const dim3 blocks(unsigned((weights + d.k + slice_columns - 1) / slice_columns));
  with_slice_rows(slices, [&](auto rows) {
    launch<add_filter_slices<rows>>({blocks, dim3(slice_columns * rows)}, s, dw, db, partial, weights, d.k, slices);
  });
}

}  // namespace gs::GS_TARGET
