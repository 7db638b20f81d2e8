// average_pool_ref.h - 2-D average-pooling and its gradient in fp64.
#pragma once
#include <span>
#include <vector>

#include "kernels/average_pool/average_pool.h"
#include "kernels/common/nhwc.h"

namespace gs::ref {

/// Calls body(index in x, index in y) for every element of every window.
template <class Body>
void for_each_pooled(const AveragePool& m, const Body& body) {
  for (int n = 0; n < m.n; ++n)
    for (int p = 0; p < m.p(); ++p)
      for (int q = 0; q < m.q(); ++q)
        for (int r = 0; r < m.window_h; ++r)
          for (int s = 0; s < m.window_w; ++s)
            for (int c = 0; c < m.c; ++c)
              body(std::size_t(nhwc_offset(n, p * m.stride + r, q * m.stride + s, c, m.h, m.w, m.c)),
                   std::size_t(nhwc_offset(n, p, q, c, m.p(), m.q(), m.c)));
}

inline std::vector<double> average_pool_forward(const AveragePool& m, std::span<const double> x) {
  std::vector<double> y(std::size_t(m.y_size()));
  for_each_pooled(m, [&](std::size_t from, std::size_t to) { y[to] += x[from] / (m.window_h * m.window_w); });
  return y;
}

/// In scatter form, unlike the variants. No mask if relu_output is empty.
inline std::vector<double> average_pool_backward(const AveragePool& m, std::span<const double> dy,
                                                 std::span<const double> relu_output = {}) {
  std::vector<double> dx(std::size_t(m.x_size()));
  for_each_pooled(m, [&](std::size_t to, std::size_t from) {
    if (relu_output.empty() || !(relu_output[to] <= 0)) dx[to] += dy[from] / (m.window_h * m.window_w);
  });
  return dx;
}

}  // namespace gs::ref
