// bf16.h - bfloat16, the upper half of a float: 8 bits of exponent, 7 of mantissa. A storage type: kernels widen what
// they read, compute in fp32 and round what they write.
#pragma once
#include <cstdint>

#include "kernels/common/target.h"

namespace gs {

struct bf16 {
  std::uint16_t bits;
};

/// The stored value as a float; exact.
GS_BOTH constexpr float widened(float x) {
  return x;
}
GS_BOTH constexpr float widened(bf16 x) {
  return __builtin_bit_cast(float, std::uint32_t(x.bits) << 16);
}

/// The nearest T: a float is itself, in bf16 ties go to even, what is past the greatest value becomes infinity, and
/// every NaN 0x7fff.
template <class T>
GS_BOTH T rounded(float x);

template <>
GS_BOTH inline float rounded<float>(float x) {
  return x;
}
template <>
GS_BOTH inline bf16 rounded<bf16>(float x) {
#ifdef __CUDA_ARCH__
  std::uint16_t bits = 0;
  asm("cvt.rn.bf16.f32 %0, %1;" : "=h"(bits) : "f"(x));
  return {bits};
#else
  const auto u = __builtin_bit_cast(std::uint32_t, x);
  const std::uint32_t nearest = (u + 0x7fffu + (u >> 16 & 1)) >> 16;
  return {std::uint16_t((u & 0x7fffffffu) > 0x7f800000u ? 0x7fffu : nearest)};  // a selection: loops vectorise
#endif
}

}  // namespace gs
