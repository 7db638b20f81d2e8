// quantile.h - quantiles and the median of measured values.
#pragma once
#include <utility>
#include <vector>

namespace gs {

/// Quantile, linearly interpolated; `share` is in [0, 1]. NaN counts as the largest. Throws gs::Error if `values` is
/// empty.
double quantile(std::vector<double> values, double share);

/// Quantile of values in ascending order.
double quantile_of_sorted(const std::vector<double>& values, double share);

inline double median(std::vector<double> values) {
  return quantile(std::move(values), 0.5);
}

}  // namespace gs
