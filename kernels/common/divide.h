// divide.h - division by a number known before the launch, as a multiplication and a shift: GPUs have no instruction
// for integer division.
#pragma once
#include <cstdint>

#include "kernels/common/target.h"

namespace gs {

/// n / divisor for 0 <= n < 2^31. With s = ceil(log2 divisor) and m = floor(2^32 (2^s - divisor) / divisor) + 1 the
/// quotient is (floor(n m / 2^32) + n) >> s (Granlund and Montgomery 1994, "Division by invariant integers using
/// multiplication", figure 4.1).
struct Divider {
  std::uint32_t divisor = 1, multiplier = 1, shift = 0;

  Divider() = default;
  explicit Divider(int by) : divisor(std::uint32_t(by)) {
    while ((std::uint64_t(1) << shift) < divisor) ++shift;
    multiplier = std::uint32_t((((std::uint64_t(1) << shift) - divisor) << 32) / divisor + 1);
  }
  GS_BOTH int quotient(int n) const {
    const auto u = std::uint32_t(n);
    return int((std::uint32_t(std::uint64_t(u) * multiplier >> 32) + u) >> shift);
  }
  /// Replaces n by the quotient and returns the remainder.
  GS_BOTH int split(int& n) const {
    const int whole = quotient(n), rest = n - whole * int(divisor);
    n = whole;
    return rest;
  }
};

}  // namespace gs
