// statistics.cpp - bootstrap, straight lines, roughness.
#include "apps/lab/statistics.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "engine/core/nan_last.h"
#include "engine/core/random.h"
#include "kernels/common/check.h"

namespace gs::apps {
namespace {

constexpr int resamples = 2000;
constexpr std::uint64_t bootstrap_seed = 20161;

double mean_of(const std::vector<double>& v) {
  return std::accumulate(v.begin(), v.end(), 0.0) / double(v.size());
}

/// Least squares through the values at 0, 1, ...
struct Line {
  double slope = 0, scatter = 0;  ///< scatter: standard deviation of the residuals, n - 2 degrees of freedom
  double spread = 0;              ///< sum of (x - mean x)^2
};

Line fit(const std::vector<double>& y) {
  const double n = double(y.size()), middle = (n - 1) / 2, mean = mean_of(y);
  Line line;
  double product = 0;
  for (std::size_t i = 0; i < y.size(); ++i) {
    line.spread += (double(i) - middle) * (double(i) - middle);
    product += (double(i) - middle) * (y[i] - mean);
  }
  if (y.size() < 2) return line;
  line.slope = product / line.spread;
  double squares = 0;
  for (std::size_t i = 0; i < y.size(); ++i) {
    const double residual = y[i] - mean - line.slope * (double(i) - middle);
    squares += residual * residual;
  }
  line.scatter = y.size() > 2 ? std::sqrt(squares / (n - 2)) : 0;
  return line;
}

double change_deviation(const std::vector<double>& v) {
  std::vector<double> changes;
  for (std::size_t i = 1; i < v.size(); ++i) changes.push_back(v[i] - v[i - 1]);
  const double mean = mean_of(changes);
  double squares = 0;
  for (const double c : changes) squares += (c - mean) * (c - mean);
  return std::sqrt(squares / std::max(1.0, double(changes.size()) - 1));
}

}  // namespace

Estimate bootstrap_mean(const std::vector<std::vector<double>>& per_image) {
  require(!per_image.empty() && !per_image[0].empty(), "a bootstrap needs images");
  const auto seeds = std::uint32_t(per_image.size()), images = std::uint32_t(per_image[0].size());
  double sum = 0;
  for (const auto& row : per_image) sum += mean_of(row);
  std::vector<double> means;
  RandomStream random(bootstrap_seed, RandomPurpose::bootstrap);
  for (int r = 0; r < resamples; ++r) {
    double total = 0;
    for (std::uint32_t s = 0; s < seeds; ++s) {
      const auto& row = per_image[seeds > 1 ? random.below(seeds) : 0];
      for (std::uint32_t i = 0; i < images; ++i) total += row[random.below(images)];
    }
    means.push_back(total / (double(seeds) * images));
  }
  std::sort(means.begin(), means.end(), nan_last);
  return {sum / seeds, means[resamples / 40], means[resamples - 1 - resamples / 40]};
}

std::vector<std::vector<double>> difference(const std::vector<std::vector<double>>& a,
                                            const std::vector<std::vector<double>>& b) {
  require(a.size() == b.size(), "both runs must have the same number of seeds");
  std::vector<std::vector<double>> d = a;
  for (std::size_t s = 0; s < a.size(); ++s) {
    require(a[s].size() == b[s].size(), "both runs must have the same validation images");
    for (std::size_t i = 0; i < a[s].size(); ++i) d[s][i] -= b[s][i];
  }
  return d;
}

Estimate level(const std::vector<double>& curve, std::size_t first, std::size_t last) {
  const std::vector<double> part(curve.begin() + std::ptrdiff_t(first), curve.begin() + std::ptrdiff_t(last));
  const double mean = mean_of(part), off = 2 * fit(part).scatter / std::sqrt(double(part.size()));
  return {mean, mean - off, mean + off};
}

Estimate slope(const std::vector<double>& curve, std::size_t first, std::size_t last) {
  const Line line = fit({curve.begin() + std::ptrdiff_t(first), curve.begin() + std::ptrdiff_t(last)});
  const double off = line.spread > 0 ? 2 * line.scatter / std::sqrt(line.spread) : 0;
  return {line.slope, line.slope - off, line.slope + off};
}

Estimate log_roughness_ratio(const std::vector<double>& a, const std::vector<double>& b) {
  const double value = std::log(std::max(change_deviation(a), 1e-300) / std::max(change_deviation(b), 1e-300));
  const double off =
      2 * std::sqrt(0.5 / std::max(1.0, double(a.size()) - 2) + 0.5 / std::max(1.0, double(b.size()) - 2));
  return {value, value - off, value + off};
}

Estimate minus(const Estimate& a, const Estimate& b) {
  const double value = a.value - b.value;
  return {value, value - std::hypot(a.value - a.low, b.high - b.value),
          value + std::hypot(a.high - a.value, b.value - b.low)};
}

std::vector<double> trailing_mean(const std::vector<double>& v, std::size_t window) {
  std::vector<double> result;
  for (std::size_t i = 0; i < v.size(); ++i) {
    const std::size_t first = i + 1 >= window ? i + 1 - window : 0;
    result.push_back(std::accumulate(v.begin() + std::ptrdiff_t(first), v.begin() + std::ptrdiff_t(i + 1), 0.0) /
                     double(i + 1 - first));
  }
  return result;
}

}  // namespace gs::apps
