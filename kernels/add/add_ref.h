// add_ref.h - residual addition, its gradient and the sum of two gradients in fp64.
#pragma once
#include <span>
#include <vector>

#include "kernels/add/add.h"
#include "kernels/common/nhwc.h"

namespace gs::ref {

/// Calls body(index in y, index in skip) for every element of skip that y reads.
template <class Body>
void for_each_shortcut(const Add& p, const Body& body) {
  for (int n = 0; n < p.n; ++n)
    for (int row = 0; row < p.h; ++row)
      for (int column = 0; column < p.w; ++column)
        for (int k = 0; k < p.skip_c; ++k)
          body(std::size_t(nhwc_offset(n, row, column, k + (p.c - p.skip_c) / 2, p.h, p.w, p.c)),
               std::size_t(
                   nhwc_offset(n, row * p.skip_stride, column * p.skip_stride, k, p.skip_h, p.skip_w, p.skip_c)));
}

inline std::vector<double> add_forward(const Add& p, std::span<const double> a, std::span<const double> skip) {
  std::vector<double> y(a.begin(), a.end());
  for_each_shortcut(p, [&](std::size_t at, std::size_t from) { y[at] += skip[from]; });
  if (p.relu)
    for (double& v : y)
      if (v < 0) v = 0;
  return y;
}

/// No mask if relu_output is empty.
inline std::vector<double> add_skip_backward(const Add& p, std::span<const double> dy,
                                             std::span<const double> relu_output = {}) {
  std::vector<double> dskip(std::size_t(p.skip_size()));
  for_each_shortcut(p, [&](std::size_t at, std::size_t from) {
    if (relu_output.empty() || !(relu_output[from] <= 0)) dskip[from] += dy[at];
  });
  return dskip;
}

inline std::vector<double> sum_gradients(const Sum&, std::span<const double> a, std::span<const double> b,
                                         std::span<const double> relu_output = {}) {
  std::vector<double> sum(a.size());
  for (std::size_t i = 0; i < sum.size(); ++i) sum[i] = !relu_output.empty() && relu_output[i] <= 0 ? 0 : a[i] + b[i];
  return sum;
}

}  // namespace gs::ref
