// activations.h - inputs of the ops on activations, for tests that run once per storage type.
#pragma once
#include <cmath>
#include <vector>

#include "tests/support/compare.h"
#include "tests/support/stored.h"

namespace gs::test {

/// `n` values uniform in [low, high), rounded to T.
template <class T>
std::vector<float> activations(std::int64_t n, std::uint64_t seed, double low = -1, double high = 1) {
  return as_stored<T>(random_values(n, seed, low, high));
}

inline std::vector<float> out_of_relu(std::vector<float> values) {
  for (float& v : values) v = v <= 0 ? 0 : v;
  return values;
}

/// The mask's address if `given`, else null.
template <class T>
const T* if_given(bool given, const DeviceArray<T>& mask) {
  return given ? mask.data() : nullptr;
}
inline std::vector<double> if_given(bool given, const std::vector<float>& mask) {
  return given ? widen(mask) : std::vector<double>();
}

/// Error bounds for T; expected values may be NaN or infinite and then have the bound 0.
template <class T>
std::vector<double> bounds_or_nan(const std::vector<double>& want, double bound) {
  auto bounds = stored_bounds<T>(want, bound);
  for (double& b : bounds)
    if (!std::isfinite(b)) b = 0;
  return bounds;
}

}  // namespace gs::test
