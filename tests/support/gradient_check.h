// gradient_check.h - a reference's gradient against central differences, in fp64.
#pragma once
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <span>
#include <vector>

namespace gs::test {

/// `gradient` must be the gradient of the scalar f at x: every component within 1e-7 of the largest one, by central
/// differences with h = 1e-5. An empty or all-zero gradient fails, since it would test nothing.
inline ::testing::AssertionResult is_gradient(std::span<const double> gradient,
                                              const std::function<double(const std::vector<double>&)>& f,
                                              std::vector<double> x) {
  constexpr double h = 1e-5, threshold = 1e-7;
  if (gradient.size() != x.size())
    return ::testing::AssertionFailure() << gradient.size() << " components for " << x.size() << " variables";
  double largest = 0;
  for (const double g : gradient) largest = std::max(largest, std::abs(g));
  if (!(largest > 0)) return ::testing::AssertionFailure() << "the gradient is zero or NaN everywhere";
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double at = x[i];
    x[i] = at + h;
    const double above = f(x);
    x[i] = at - h;
    const double below = f(x);
    x[i] = at;
    const double difference = (above - below) / (2 * h);
    if (!(std::abs(difference - gradient[i]) <= threshold * largest))
      return ::testing::AssertionFailure() << "component " << i << " is " << gradient[i] << ", by differences "
                                           << difference << " (largest " << largest << ")";
  }
  return ::testing::AssertionSuccess();
}

/// sum_i a[i] b[i]: turns an op with many outputs into a scalar.
inline double dot(std::span<const double> a, std::span<const double> b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

}  // namespace gs::test
