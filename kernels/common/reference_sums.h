// reference_sums.h - results of a double-precision reference, with the magnitudes that error bounds need.
#pragma once
#include <cmath>
#include <cstdint>
#include <vector>

namespace gs::ref {

/// Per element, the sum and the sum of the terms' absolute values.
struct Sums {
  std::vector<double> value, magnitude;
  explicit Sums(std::int64_t size) : value(std::size_t(size), 0.0), magnitude(std::size_t(size), 0.0) {}
  void add(std::int64_t at, double term) {
    value[std::size_t(at)] += term;
    magnitude[std::size_t(at)] += std::abs(term);
  }
};

}  // namespace gs::ref
