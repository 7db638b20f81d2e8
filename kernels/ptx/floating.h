// floating.h - float arithmetic by PTX's rules: directed rounding, flushing, saturation, minimum and maximum.
#pragma once
#include <cmath>
#include <cstdint>
#include <limits>

namespace gs::ptx {

enum class Rounding : std::uint8_t { nearest, zero, down, up };

/// Exact value high + low; `high` is the nearest double.
struct ExactSum {
  double high, low;
  bool cancels = false;  ///< the sum is 0 and its terms have opposite signs
};
/// Knuth's two-sum: exact for any relative magnitudes of a and b.
inline ExactSum exact_sum(double a, double b) {
  const double sum = a + b, of_b = sum - a, of_a = sum - of_b;
  return {sum, (a - of_a) + (b - of_b), sum == 0 && std::signbit(a) != std::signbit(b)};
}

/// Rounds an exact value to float in the given direction.
inline float round_to_float(ExactSum x, Rounding rounding) {
  const float nearest = float(x.high);
  if (rounding == Rounding::down && x.cancels) return -0.0f;
  if (rounding == Rounding::nearest || !std::isfinite(x.high)) return nearest;
  const bool negative = x.high < 0 || (x.high == 0 && x.low < 0);
  const bool down = rounding == Rounding::down || (rounding == Rounding::zero && !negative);
  const double distance = x.high - double(nearest);  // exact: the two are close
  const bool above = distance < 0 || (distance == 0 && x.low < 0), below = distance > 0 || (distance == 0 && x.low > 0);
  constexpr float infinity = std::numeric_limits<float>::infinity();
  if (down) return above ? std::nextafter(nearest, -infinity) : nearest;
  return below ? std::nextafter(nearest, infinity) : nearest;
}

/// .ftz: a subnormal becomes a zero of the same sign.
inline float flushed(float x) {
  return std::abs(x) < std::numeric_limits<float>::min() ? std::copysign(0.0f, x) : x;  // NaN stays
}
/// .sat: clamps to [0, 1]; NaN becomes 0.
inline float saturated(float x) {
  return x > 0 ? (x < 1 ? x : 1.0f) : 0.0f;
}

/// Minimum and maximum: a NaN counts only if both are NaN, and -0 < +0.
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
