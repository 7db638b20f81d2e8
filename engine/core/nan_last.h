// nan_last.h - an order of doubles among which may be NaN: a network that diverged, a damaged file.
#pragma once
#include <cmath>

namespace gs {

/// True if `a` comes before `b`: ascending, NaN last. With `<`, which is no order of NaN, std::sort may leave its
/// range.
inline bool nan_last(double a, double b) {
  return a < b || (std::isnan(b) && !std::isnan(a));
}

}  // namespace gs
