// stored_values.h - values as kernels find them in memory, as float or bf16, and back.
#pragma once
#include <cmath>
#include <vector>

#include "kernels/common/bf16.h"

namespace gs::test {

/// The nearest values that T holds.
template <class T>
std::vector<T> stored(const std::vector<float>& values) {
  std::vector<T> result;
  for (const float v : values) result.push_back(rounded<T>(v));
  return result;
}
template <class T>
std::vector<float> widened_values(const std::vector<T>& values) {
  std::vector<float> result;
  for (const T v : values) result.push_back(widened(v));
  return result;
}

/// How far rounding to T moves `value`, at most: half of the last of bf16's 8 significant bits.
template <class T>
double rounding_of(double value) {
  return sizeof(T) == 2 ? 0x1p-8 * std::abs(value) : 0.0;
}

}  // namespace gs::test
