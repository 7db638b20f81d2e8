// moments.h - mean and sum of squared deviations, computed in parts and merged.
//
// With sums of x and x^2 the variance cancels if the mean is large compared to the deviation. Instead each part has its
// mean and its sum of squared deviations, and parts are merged in a fixed order (Chan, Golub and LeVeque 1979,
// "Updating formulae and a pairwise algorithm for computing sample variances", equation 2.1).
#pragma once
#include "kernels/common/bf16.h"
#include "kernels/common/kernel.h"

namespace gs::GS_TARGET {

template <class Real>
struct Moments {
  Real count = 0, mean = 0, squares = 0;  ///< squares: sum of (x - mean)^2
};

/// The moments of both parts together. NaN propagates; an empty part changes nothing.
template <class Real>
GS_BOTH inline Moments<Real> merged(const Moments<Real>& a, const Moments<Real>& b) {
  const Real count = a.count + b.count, share = count > 0 ? b.count / count : Real(0), apart = b.mean - a.mean;
  return {count, a.mean + share * apart, a.squares + b.squares + apart * apart * (a.count * share)};
}

/// The moments of `size` values at x, x + stride, ...
template <int size, class T>
GS_BOTH inline Moments<float> moments_of(const T* x, std::int64_t stride) {
  float values[size], sum = 0, squares = 0;
#pragma unroll
  for (int i = 0; i < size; ++i) values[i] = widened(x[i * stride]);
#pragma unroll
  for (int i = 0; i < size; ++i) sum += values[i];
  const float mean = sum / size;
#pragma unroll
  for (int i = 0; i < size; ++i) squares += (values[i] - mean) * (values[i] - mean);
  return {size, mean, squares};
}

}  // namespace gs::GS_TARGET
