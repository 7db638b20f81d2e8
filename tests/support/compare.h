// compare.h - compares numbers in all tests; error bounds of fp32 sums; reproducible inputs.
#pragma once
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <iomanip>
#include <limits>
#include <span>
#include <sstream>
#include <vector>

namespace gs::test {

/// Treatment of NaN and infinity in `got`.
enum class NonFinite {
  refused,      ///< always a failure
  as_expected,  ///< passes only if the same NaN or infinity is expected
};

namespace detail {

inline bool matches(float got, double want, double bound, NonFinite non_finite) {
  if (!(bound >= 0) || std::isinf(bound)) return false;  // a NaN or infinite bound would accept any value
  if (std::isfinite(got) && std::isfinite(want)) return std::abs(double(got) - want) <= bound;
  if (non_finite == NonFinite::refused) return false;
  return (std::isnan(got) && std::isnan(want)) || double(got) == want;
}

/// `bound_of(i)` is the bound of element i.
template <class BoundOf>
::testing::AssertionResult agree(std::span<const float> got, std::span<const double> want, BoundOf&& bound_of,
                                 NonFinite non_finite) {
  if (got.size() != want.size())
    return ::testing::AssertionFailure() << "sizes differ: got " << got.size() << " values, want " << want.size();
  if (got.empty()) return ::testing::AssertionFailure() << "nothing to compare: both sides are empty";
  std::size_t failures = 0, worst = 0;
  double worst_excess = -1;
  for (std::size_t i = 0; i < got.size(); ++i) {
    if (matches(got[i], want[i], bound_of(i), non_finite)) continue;
    const double ratio = std::abs(double(got[i]) - want[i]) / bound_of(i);
    const double excess = std::isfinite(ratio) ? ratio : std::numeric_limits<double>::infinity();
    if (excess > worst_excess) worst = i, worst_excess = excess;
    ++failures;
  }
  if (failures == 0) return ::testing::AssertionSuccess();
  std::ostringstream message;
  message << std::setprecision(9) << failures << " of " << got.size() << " values are off; worst at index " << worst
          << ": got " << got[worst] << ", want " << want[worst] << ", bound " << bound_of(worst);
  return ::testing::AssertionFailure() << message.str();
}

}  // namespace detail

/// |got[i] - want[i]| <= bound[i] for every i. Fails on empty input, on different sizes, and on NaN or infinity unless
/// `non_finite` is `as_expected`. The message names the index that exceeds its bound the most.
inline ::testing::AssertionResult agree(std::span<const float> got, std::span<const double> want,
                                        std::span<const double> bound, NonFinite non_finite = NonFinite::refused) {
  if (bound.size() != want.size())
    return ::testing::AssertionFailure() << "sizes differ: " << bound.size() << " bounds for " << want.size();
  return detail::agree(
      got, want, [&](std::size_t i) { return bound[i]; }, non_finite);
}

/// One absolute bound for all elements.
inline ::testing::AssertionResult agree(std::span<const float> got, std::span<const double> want, double bound,
                                        NonFinite non_finite = NonFinite::refused) {
  return detail::agree(
      got, want, [&](std::size_t) { return bound; }, non_finite);
}

/// The bound is relative * |want[i]|; an expected zero is matched only by zero.
inline ::testing::AssertionResult agree_relative(std::span<const float> got, std::span<const double> want,
                                                 double relative, NonFinite non_finite = NonFinite::refused) {
  const auto bound_of = [&](std::size_t i) { return std::isfinite(want[i]) ? relative * std::abs(want[i]) : 0.0; };
  return detail::agree(got, want, bound_of, non_finite);
}

/// One number against one number.
inline ::testing::AssertionResult agree(float got, double want, double bound) {
  return agree(std::span<const float>(&got, 1), std::span<const double>(&want, 1), bound);
}

/// Error bound of an fp32 sum of K = `terms` products against `reference`, in any order of summation:
/// eps c(K) sum |a b| + eps |ref|, with c(K) = 3 sqrt(K): six standard deviations of K independent roundings
/// (Higham and Mary 2019, "A new approach to probabilistic rounding error analysis").
inline double bound(double reference, double magnitude_sum, std::int64_t terms) {
  constexpr double eps = std::numeric_limits<float>::epsilon();
  return eps * 3 * std::sqrt(double(std::max<std::int64_t>(terms, 1))) * magnitude_sum + eps * std::abs(reference);
}

/// Values as double, for a reference with the kernel's inputs.
inline std::vector<double> widen(std::span<const float> values) {
  return {values.begin(), values.end()};
}

/// Random numbers (splitmix64) that are the same on every machine.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  std::uint64_t bits() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15ull);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
    return z ^ (z >> 31);
  }
  /// Uniform in [0, 1).
  double uniform() { return double(bits() >> 11) * 0x1p-53; }
  /// Uniform in [0, n).
  std::int64_t below(std::int64_t n) { return std::int64_t(bits() % std::uint64_t(n)); }

 private:
  std::uint64_t state_;
};

/// `n` values uniform in [low, high), determined by the seed.
template <class T = float>
std::vector<T> random_values(std::int64_t n, std::uint64_t seed, double low = -1, double high = 1) {
  Random random(seed);
  std::vector<T> values(static_cast<std::size_t>(n));
  for (T& v : values) v = T(low + (high - low) * random.uniform());
  return values;
}

/// `n` integers from -4 to 4: they and long sums of their products are exact in every arithmetic here.
inline std::vector<float> integers(std::int64_t n, std::uint64_t seed) {
  auto values = random_values(n, seed, -4.5, 4.5);
  for (float& v : values) v = std::round(v);
  return values;
}

/// Equal to a ten-thousandth of the largest wanted value, which must not be 0.
inline testing::AssertionResult nearly_equal(const std::vector<float>& got, const std::vector<float>& want) {
  double largest = 0;
  for (const float v : want) largest = std::max(largest, std::abs(double(v)));
  if (largest == 0) return testing::AssertionFailure() << "all are 0";
  return agree(got, widen(want), 1e-4 * largest);
}

}  // namespace gs::test
