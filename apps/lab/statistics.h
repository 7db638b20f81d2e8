// statistics.h - confidence in a difference: paired bootstrap over validation images, noise of a curve.
#pragma once
#include <vector>

namespace gs::apps {

/// A number with a 95 % interval.
struct Estimate {
  double value = 0, low = 0, high = 0;
};

/// Mean over all seeds and images of per_image[seed][image], with the percentile interval of a bootstrap (Efron 1979):
/// images are drawn with replacement, and seeds, too, if there are several. Deterministic: the draws come from Philox.
Estimate bootstrap_mean(const std::vector<std::vector<double>>& per_image);

/// Element-wise a - b: for pairs, two runs on the same images.
std::vector<std::vector<double>> difference(const std::vector<std::vector<double>>& a,
                                            const std::vector<std::vector<double>>& b);

/// The level of a curve over epochs [first, last): their mean +-2 s / sqrt(n), with s the scatter of the epochs about a
/// straight line.
Estimate level(const std::vector<double>& curve, std::size_t first, std::size_t last);

/// Slope per epoch of the straight line through epochs [first, last) by least squares, +-2 standard errors.
Estimate slope(const std::vector<double>& curve, std::size_t first, std::size_t last);

/// ln(sd of a's epoch-to-epoch changes / sd of b's), +-2 sqrt(1 / 2 n_a + 1 / 2 n_b).
Estimate log_roughness_ratio(const std::vector<double>& a, const std::vector<double>& b);

/// Difference of two independent estimates: interval widths add in quadrature.
Estimate minus(const Estimate&, const Estimate&);

/// Trailing moving average over `window` values (fewer at the start).
std::vector<double> trailing_mean(const std::vector<double>&, std::size_t window);

}  // namespace gs::apps
