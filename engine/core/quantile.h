// quantile.h - medians, quartiles and the like of measured values.
#pragma once
#include <utility>
#include <vector>

namespace gs {

/// The value below which a share of the values lies, between neighbours in proportion. Throws gs::Error where there are
/// none.
double quantile(std::vector<double> values, double share);

/// The same of values in ascending order.
double quantile_of_sorted(const std::vector<double>& values, double share);

inline double median(std::vector<double> values) {
  return quantile(std::move(values), 0.5);
}

}  // namespace gs
