// stored.h - arrays of float or bf16 that tests fill with and read as floats, and error bounds of stored results.
#pragma once
#include <cmath>
#include <type_traits>
#include <vector>

#include "kernels/common/bf16.h"
#include "tests/support/guarded_array.h"

namespace gs::test {

template <class T>
std::vector<T> narrowed(const std::vector<float>& values) {
  std::vector<T> result;
  for (const float v : values) result.push_back(rounded<T>(v));
  return result;
}
template <class T>
std::vector<float> widened_all(const std::vector<T>& values) {
  std::vector<float> result;
  for (const T v : values) result.push_back(widened(v));
  return result;
}
/// Values rounded to T.
template <class T>
std::vector<float> as_stored(const std::vector<float>& values) {
  return widened_all(narrowed<T>(values));
}

/// A kernel's input.
template <class T>
struct Stored : DeviceArray<T> {
  explicit Stored(const std::vector<float>& values) : DeviceArray<T>(narrowed<T>(values)) {}
};
/// A kernel's output, guarded.
template <class T>
struct GuardedStored : GuardedArray<T> {
  explicit GuardedStored(std::size_t size) : GuardedArray<T>(size) {}
  explicit GuardedStored(const std::vector<float>& values) : GuardedArray<T>(narrowed<T>(values)) {}
  std::vector<float> values() const { return widened_all(GuardedArray<T>::values()); }
};

/// Error bound after rounding to T; `bound` is the one before. bf16 has 8 significant bits: its relative rounding error
/// is at most 2^-8.
template <class T>
double stored_bound(double want, double bound) {
  if constexpr (std::is_same_v<T, float>)
    return bound;
  else
    return bound + 0x1p-8 * (std::abs(want) + bound) + 0x1p-134;  // 0x1p-134: half of the smallest subnormal
}
template <class T>
std::vector<double> stored_bounds(const std::vector<double>& want, std::vector<double> bounds) {
  for (std::size_t i = 0; i < bounds.size(); ++i) bounds[i] = stored_bound<T>(want[i], bounds[i]);
  return bounds;
}
template <class T>
std::vector<double> stored_bounds(const std::vector<double>& want, double bound) {
  return stored_bounds<T>(want, std::vector<double>(want.size(), bound));
}

}  // namespace gs::test
