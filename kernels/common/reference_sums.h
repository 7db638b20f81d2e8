// reference_sums.h - what a reference in double precision gives: results, and what their error bounds are made of.
#pragma once
#include <cmath>
#include <cstdint>
#include <vector>

namespace gs::ref {

/// A result and, per element, the sum of the absolute values of what was added.
struct Sums {
  std::vector<double> value, magnitude;
  explicit Sums(std::int64_t size) : value(std::size_t(size), 0.0), magnitude(std::size_t(size), 0.0) {}
  void add(std::int64_t at, double term) {
    value[std::size_t(at)] += term;
    magnitude[std::size_t(at)] += std::abs(term);
  }
};

}  // namespace gs::ref
