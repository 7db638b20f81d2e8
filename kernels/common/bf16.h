// bf16.h - bfloat16, the upper half of a float: 8 bits of exponent, 7 of mantissa. A storage type: kernels widen
// their inputs, compute in fp32 and round their outputs.
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

/// Rounds to T. float: unchanged. bf16: nearest, ties to even; overflow gives infinity, every NaN becomes 0x7fff.
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
  return {std::uint16_t((u & 0x7fffffffu) > 0x7f800000u ? 0x7fffu : nearest)};  // no branch, so that loops vectorise
#endif
}

}  // namespace gs
