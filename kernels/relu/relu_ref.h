// relu_ref.h - the ReLU and its gradient in fp64.
#pragma once
#include <span>
#include <vector>

#include "kernels/relu/relu.h"

namespace gs::ref {

inline std::vector<double> relu_forward(std::span<const double> x) {
  std::vector<double> y(x.begin(), x.end());
  for (double& v : y)
    if (v < 0) v = 0;
  return y;
}

inline std::vector<double> relu_backward(std::span<const double> dy, std::span<const double> y) {
  std::vector<double> dx(dy.begin(), dy.end());
  for (std::size_t i = 0; i < dx.size(); ++i)
    if (y[i] <= 0) dx[i] = 0;
  return dx;
}

}  // namespace gs::ref
