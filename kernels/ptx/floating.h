// floating.h - sums and products of floats rounded in any direction, minima and maxima, by PTX's rules.
#pragma once
#include <cmath>
#include <cstdint>
#include <limits>

namespace gs::ptx {

enum class Rounding : std::uint8_t { nearest, zero, down, up };

/// An exact sum: high + low, high being the nearest double.
struct ExactSum {
  double high, low;
  bool cancels = false;  ///< it is 0, and its terms have unlike signs
};
/// Knuth's two-sum, without a condition on the sizes.
inline ExactSum exact_sum(double a, double b) {
  const double sum = a + b, of_b = sum - a, of_a = sum - of_b;
  return {sum, (a - of_a) + (b - of_b), sum == 0 && std::signbit(a) != std::signbit(b)};
}

/// The float below or above an exact value, or the nearest.
inline float round_to_float(ExactSum x, Rounding rounding) {
  const float nearest = float(x.high);
  if (rounding == Rounding::down && x.cancels) return -0.0f;
  if (rounding == Rounding::nearest || !std::isfinite(x.high)) return nearest;
  const bool negative = x.high < 0 || (x.high == 0 && x.low < 0);
  const bool down = rounding == Rounding::down || (rounding == Rounding::zero && !negative);
  const double distance = x.high - double(nearest);  // exact: both are near each other
  const bool above = distance < 0 || (distance == 0 && x.low < 0), below = distance > 0 || (distance == 0 && x.low > 0);
  constexpr float infinity = std::numeric_limits<float>::infinity();
  if (down) return above ? std::nextafter(nearest, -infinity) : nearest;
  return below ? std::nextafter(nearest, infinity) : nearest;
}

/// A subnormal number becomes a zero of its sign.
inline float flushed(float x) {
  return std::abs(x) < std::numeric_limits<float>::min() ? std::copysign(0.0f, x) : x;  // NaN stays
}
/// Clamped to [0, 1]; NaN becomes 0.
inline float saturated(float x) {
  return x > 0 ? (x < 1 ? x : 1.0f) : 0.0f;
}

/// A NaN is dropped where the other one is none, and -0 is less than +0.
template <class T>
T lesser(T a, T b) {
  if (a != a) return b;
  if (b != b) return a;
  if (a == b) return std::signbit(a) ? a : b;
  return a < b ? a : b;
}
template <class T>
T greater(T a, T b) {
  if (a != a) return b;
  if (b != b) return a;
  if (a == b) return std::signbit(a) ? b : a;
  return a > b ? a : b;
}

}  // namespace gs::ptx
