// quantile.cpp - linear interpolation between sorted values.
#include "engine/core/quantile.h"

#include <algorithm>

#include "engine/core/error.h"
#include "engine/core/nan_last.h"

namespace gs {

double quantile(std::vector<double> values, double share) {
  std::sort(values.begin(), values.end(), nan_last);
  return quantile_of_sorted(values, share);
}

double quantile_of_sorted(const std::vector<double>& values, double share) {
  require(!values.empty(), "quantile of an empty list");
  const double at = share * double(values.size() - 1);
  const std::size_t below = std::size_t(at), above = std::min(below + 1, values.size() - 1);
  return values[below] + (at - double(below)) * (values[above] - values[below]);
}

}  // namespace gs
