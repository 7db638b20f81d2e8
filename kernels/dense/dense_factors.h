// dense_factors.h - the last lines of a dense layer's forward pass, for the ops that end in it: each output times a
// factor.
//
//   y[i,o] = act( b[o] + sum_j x[i,j] W[o,j] ) factor(i out + o)
//
// `Factors` goes to the kernels; its for_thread() gives a thread what it asks for its factors, at(i).
#pragma once
#include "kernels/common/kernel.h"
#include "kernels/dense/dense.h"

namespace gs::GS_TARGET {

/// The factors of a dense layer alone: 1.
struct NoFactors {
  __device__ const NoFactors& for_thread() const { return *this; }
  __device__ float at(std::int64_t) const { return 1; }
};

__device__ inline float dense_activated(float sum, const Dense& d) {
  return d.relu && sum <= 0 ? 0.0f : sum;
}

}  // namespace gs::GS_TARGET
