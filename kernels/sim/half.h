// half.h - the 16-bit floats: IEEE binary16 and bfloat16. Conversions round to nearest, ties to even, and keep NaN.
#pragma once
#include <bit>
#include <cstdint>

namespace gs::simulator {

struct __half {
  std::uint16_t bits;
};
struct __nv_bfloat16 {
  std::uint16_t bits;
};
using half = __half;

/// The upper half of the float, rounded. A NaN becomes CUDA's canonical NaN, 0x7fff.
constexpr __nv_bfloat16 __float2bfloat16(float value) {
  const auto u = std::bit_cast<std::uint32_t>(value);
  if ((u & 0x7fffffffu) > 0x7f800000u) return {0x7fff};
  return {std::uint16_t((u + 0x7fffu + (u >> 16 & 1)) >> 16)};  // past the greatest finite value: infinity
}

constexpr float __bfloat162float(__nv_bfloat16 value) {
  return std::bit_cast<float>(std::uint32_t(value.bits) << 16);
}

/// Exponent rebased from 127 to 15, mantissa cut from 23 to 10 bits; subnormals below 2^-14, infinity from 65520.
constexpr __half __float2half(float value) {
  const auto u = std::bit_cast<std::uint32_t>(value);
  const std::uint32_t sign = u >> 16 & 0x8000u, magnitude = u & 0x7fffffffu;
  if (magnitude > 0x7f800000u) return {0x7fff};                          // NaN
  if (magnitude >= 0x477ff000u) return {std::uint16_t(sign | 0x7c00u)};  // rounds to 65536 or more
  std::uint32_t mantissa, shift;
  if (magnitude >= 0x38800000u) {  // normal in binary16: the exponent takes part in the rounding's carry
    mantissa = magnitude - (112u << 23);
    shift = 13;
  } else {
    const std::uint32_t exponent = magnitude >> 23;
    if (exponent < 102) return {std::uint16_t(sign)};  // below half of the smallest subnormal, 2^-25
    mantissa = (magnitude & 0x7fffffu) | 0x800000u;
    shift = 126 - exponent;
  }
  const std::uint32_t kept = mantissa >> shift, rest = mantissa & ((1u << shift) - 1), tie = 1u << (shift - 1);
  return {std::uint16_t(sign | (kept + (rest > tie || (rest == tie && (kept & 1)))))};
}

constexpr float __half2float(__half value) {
  const std::uint32_t sign = std::uint32_t(value.bits & 0x8000u) << 16, magnitude = value.bits & 0x7fffu;
  if (magnitude >= 0x7c00u) return std::bit_cast<float>(sign | 0x7f800000u | (magnitude & 0x3ffu) << 13);
  if (magnitude >= 0x400u) return std::bit_cast<float>(sign | ((magnitude << 13) + (112u << 23)));
  const float subnormal = float(magnitude) * 0x1p-24f;
  return sign ? -subnormal : subnormal;
}

constexpr __half __float2half_rn(float value) {
  return __float2half(value);
}
constexpr __nv_bfloat16 __float2bfloat16_rn(float value) {
  return __float2bfloat16(value);
}

}  // namespace gs::simulator
