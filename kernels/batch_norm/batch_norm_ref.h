// batch_norm_ref.h - batch normalisation and its gradient in fp64.
#pragma once
#include <cmath>
#include <span>
#include <vector>

#include "kernels/batch_norm/batch_norm.h"

namespace gs::ref {

struct ChannelStatistics {
  std::vector<double> mean, variance;  ///< biased
};

/// Statistics of the first `rows` rows.
inline ChannelStatistics channel_statistics(const BatchNorm& p, std::int64_t rows, std::span<const double> x) {
  ChannelStatistics s{std::vector<double>(std::size_t(p.c)), std::vector<double>(std::size_t(p.c))};
  const std::size_t size = std::size_t(rows * p.c), channels = std::size_t(p.c);
  for (std::size_t i = 0; i < size; ++i) s.mean[i % channels] += x[i] / double(rows);
  for (std::size_t i = 0; i < size; ++i)
    s.variance[i % channels] += std::pow(x[i] - s.mean[i % channels], 2) / double(rows);
  return s;
}

/// y = act( gamma (x - mean) / sqrt(variance + epsilon) + beta ): inference, if the statistics are running averages.
inline std::vector<double> batch_norm_map(const BatchNorm& p, std::span<const double> x, std::span<const double> gamma,
                                          std::span<const double> beta, std::span<const double> mean,
                                          std::span<const double> variance) {
  std::vector<double> y(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) {
    const std::size_t c = i % std::size_t(p.c);
    y[i] = gamma[c] * (x[i] - mean[c]) / std::sqrt(variance[c] + double(p.epsilon)) + beta[c];
    if (p.relu && y[i] < 0) y[i] = 0;
  }
  return y;
}

struct BatchNormed {
  std::vector<double> y, mean, inverse_deviation, running_mean, running_variance;
};

/// Training on a batch with `valid` images; running_mean and running_variance are the values before it.
inline BatchNormed batch_norm_forward(const BatchNorm& p, int valid, std::span<const double> x,
                                      std::span<const double> gamma, std::span<const double> beta,
                                      std::span<const double> running_mean, std::span<const double> running_variance) {
  const std::int64_t rows = valid * p.pixels;
  const ChannelStatistics s = channel_statistics(p, rows, x);
  BatchNormed out{batch_norm_map(p, x, gamma, beta, s.mean, s.variance), s.mean, {}, {}, {}};
  const double momentum = p.momentum, unbiased = rows > 1 ? double(rows) / double(rows - 1) : 1;
  for (std::size_t c = 0; c < std::size_t(p.c); ++c) {
    out.inverse_deviation.push_back(1 / std::sqrt(s.variance[c] + double(p.epsilon)));
    const double weight = rows > 0 ? momentum : 0;
    out.running_mean.push_back((1 - weight) * running_mean[c] + weight * s.mean[c]);
    out.running_variance.push_back((1 - weight) * running_variance[c] + weight * unbiased * s.variance[c]);
  }
  return out;
}

struct BatchNormGradients {
  std::vector<double> dx, dgamma, dbeta;
  std::vector<double> dgamma_magnitude, dbeta_magnitude;  ///< sums of the terms' absolute values
};

/// The caller has masked dy by the op's own ReLU. No mask if relu_output is empty.
inline BatchNormGradients batch_norm_backward(const BatchNorm& p, int valid, std::span<const double> dy,
                                              std::span<const double> x, std::span<const double> gamma,
                                              std::span<const double> relu_output = {}) {
  const std::int64_t rows = valid * p.pixels;
  const ChannelStatistics s = channel_statistics(p, rows, x);
  const std::vector<double> zeros(std::size_t(p.c));
  BatchNormGradients out{std::vector<double>(x.size()), zeros, zeros, zeros, zeros};
  const std::size_t size = std::size_t(rows * p.c), channels = std::size_t(p.c);
  const auto normalised = [&](std::size_t i) {
    return (x[i] - s.mean[i % channels]) / std::sqrt(s.variance[i % channels] + double(p.epsilon));
  };
  for (std::size_t i = 0; i < size; ++i) {
    out.dbeta[i % channels] += dy[i];
    out.dgamma[i % channels] += dy[i] * normalised(i);
    out.dbeta_magnitude[i % channels] += std::abs(dy[i]);
    out.dgamma_magnitude[i % channels] += std::abs(dy[i] * normalised(i));
  }
  for (std::size_t i = 0; i < size; ++i) {
    const std::size_t c = i % channels;
    if (!relu_output.empty() && relu_output[i] <= 0) continue;
    out.dx[i] = gamma[c] / std::sqrt(s.variance[c] + double(p.epsilon)) *
                (dy[i] - out.dbeta[c] / double(rows) - normalised(i) * out.dgamma[c] / double(rows));
  }
  return out;
}

}  // namespace gs::ref
