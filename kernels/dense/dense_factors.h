// dense_factors.h - the end of a dense layer's forward pass, for ops that fuse it with a factor per output.
//
//   y[i,o] = act( b[o] + sum_j x[i,j] W[o,j] ) factor(i out + o)
//
// `Factors` is a kernel argument; its for_thread() returns a per-thread object with at(i), the factor of output i.
#pragma once
#include "kernels/common/kernel.h"
#include "kernels/dense/dense.h"

namespace gs::GS_TARGET {

/// The factors of a plain dense layer: 1.
struct NoFactors {
  __device__ const NoFactors& for_thread() const { return *this; }
  __device__ float at(std::int64_t) const { return 1; }
};

__device__ inline float dense_activated(float sum, const Dense& d) {
  return d.relu && sum <= 0 ? 0.0f : sum;
}

}  // namespace gs::GS_TARGET
