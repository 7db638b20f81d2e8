// concat_ref.h - concatenation along the channels and its gradient in fp64.
#pragma once
#include <span>
#include <vector>

#include "kernels/concat/concat.h"

namespace gs::ref {

inline std::vector<double> concat_forward(const Concat& p, std::span<const double> a, std::span<const double> b) {
  std::vector<double> y;
  for (std::int64_t pixel = 0; pixel < p.pixels; ++pixel) {
    const auto part_a = a.subspan(std::size_t(pixel * p.a_c), std::size_t(p.a_c));
    const auto part_b = b.subspan(std::size_t(pixel * p.b_c), std::size_t(p.b_c));
    y.insert(y.end(), part_a.begin(), part_a.end());
    y.insert(y.end(), part_b.begin(), part_b.end());
  }
  return y;
}

struct ConcatGradients {
  std::vector<double> da, db;
};

/// No mask if relu_a or relu_b is empty.
inline ConcatGradients concat_backward(const Concat& p, std::span<const double> dy, std::span<const double> relu_a = {},
                                       std::span<const double> relu_b = {}) {
  ConcatGradients out;
  for (std::size_t i = 0; i < dy.size(); ++i) {
    const bool to_a = int(i % std::size_t(p.c())) < p.a_c;
    std::vector<double>& gradient = to_a ? out.da : out.db;
    const auto mask = to_a ? relu_a : relu_b;
    gradient.push_back(!mask.empty() && mask[gradient.size()] <= 0 ? 0 : dy[i]);
  }
  return out;
}

}  // namespace gs::ref
