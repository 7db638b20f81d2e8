// maxpool_ref.h - 2-D max-pooling and its gradient in fp64.
#pragma once
#include <cmath>
#include <span>
#include <vector>

#include "kernels/maxpool/maxpool.h"

namespace gs::ref {

struct MaxPooled {
  std::vector<double> y;             ///< [n,p,q,c]
  std::vector<std::uint8_t> argmax;  ///< row * window + column of the first maximum (of the first NaN, if any)
};

/// Offset of element (n, row, column, c) in a tensor of extents [., height, width, channels].
inline std::size_t nhwc(int n, int row, int column, int c, int height, int width, int channels) {
  return std::size_t(((std::int64_t(n) * height + row) * width + column) * channels + c);
}

inline MaxPooled maxpool_forward(const MaxPool& m, std::span<const double> x) {
  MaxPooled out{std::vector<double>(std::size_t(m.y_size())), std::vector<std::uint8_t>(std::size_t(m.y_size()))};
  for (int n = 0; n < m.n; ++n)
    for (int p = 0; p < m.p(); ++p)
      for (int q = 0; q < m.q(); ++q)
        for (int c = 0; c < m.c; ++c) {
          double best = -INFINITY;
          int index = 0;
          for (int i = 0; i < m.window * m.window && !std::isnan(best); ++i) {
            const double v = x[nhwc(n, p * m.stride + i / m.window, q * m.stride + i % m.window, c, m.h, m.w, m.c)];
            if (i == 0 || v > best || std::isnan(v)) best = v, index = i;
          }
          const std::size_t at = nhwc(n, p, q, c, m.p(), m.q(), m.c);
          out.y[at] = best;
          out.argmax[at] = m.relu_input && best <= 0 ? MaxPool::no_gradient : std::uint8_t(index);
        }
  return out;
}

/// In scatter form, unlike the variants: every output adds its gradient to its maximum.
inline std::vector<double> maxpool_backward(const MaxPool& m, std::span<const double> dy,
                                            std::span<const std::uint8_t> argmax) {
  std::vector<double> dx(std::size_t(m.x_size()));
  for (int n = 0; n < m.n; ++n)
    for (int p = 0; p < m.p(); ++p)
      for (int q = 0; q < m.q(); ++q)
        for (int c = 0; c < m.c; ++c) {
          const std::size_t at = nhwc(n, p, q, c, m.p(), m.q(), m.c);
          const int i = argmax[at];
          if (i == MaxPool::no_gradient) continue;
          dx[nhwc(n, p * m.stride + i / m.window, q * m.stride + i % m.window, c, m.h, m.w, m.c)] += dy[at];
        }
  return dx;
}

}  // namespace gs::ref
