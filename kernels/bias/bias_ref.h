// bias_ref.h - bias, ReLU and their gradients in fp64.
#pragma once
#include <span>
#include <vector>

#include "kernels/bias/bias.h"

namespace gs::ref {

/// act(y[i,j] + b[j]); NaN passes through the ReLU.
inline std::vector<double> bias_activation(const Rows& p, std::span<const double> y, std::span<const double> bias) {
  std::vector<double> out(y.begin(), y.end());
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i] += bias[i % std::size_t(p.columns)];
    if (p.relu && out[i] <= 0) out[i] = 0;
  }
  return out;
}

/// db[j] = sum_i dy[i,j].
inline std::vector<double> bias_gradient(const Rows& p, std::span<const double> dy) {
  std::vector<double> db(std::size_t(p.columns));
  for (std::size_t i = 0; i < dy.size(); ++i) db[i % std::size_t(p.columns)] += dy[i];
  return db;
}

/// scale dx, but 0 where y <= 0.
inline std::vector<double> relu_gradient(const Rows& p, std::span<const double> dx, std::span<const double> y) {
  std::vector<double> out(dx.begin(), dx.end());
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = y[i] <= 0 ? 0 : out[i] * double(p.scale);
  return out;
}

}  // namespace gs::ref
