// arithmetic.h - CUDA's arithmetic and bit intrinsics.
#pragma once
#include <bit>
#include <cmath>
#include <cstdint>
#include <type_traits>

namespace gs::GS_TARGET {
inline namespace cuda_names {

template <class T, class U>
constexpr std::common_type_t<T, U> min(T a, U b) {
  using C = std::common_type_t<T, U>;
  if constexpr (std::is_floating_point_v<C>)
    return std::fmin(C(a), C(b));
  else
    return C(b) < C(a) ? C(b) : C(a);
}
template <class T, class U>
constexpr std::common_type_t<T, U> max(T a, U b) {
  using C = std::common_type_t<T, U>;
  if constexpr (std::is_floating_point_v<C>)
    return std::fmax(C(a), C(b));
  else
    return C(a) < C(b) ? C(b) : C(a);
}

/// e^x without branches or calls, so that the loop around it vectorises. Relative error below 3e-7; 0 below -87.
inline float __expf(float x) {
  const float inside = x < -87.0f ? -87.0f : x > 89.0f ? 89.0f : x;
  const float n = std::nearbyint(inside * 1.44269504f);
  const float f = std::fma(n, 2.12194440e-4f, std::fma(n, -0.693359375f, inside));  // x - n log 2, in two parts
  float p = 1.9875691500e-4f;  // Cephes' expf: the polynomial of (e^f - 1 - f) / f^2 on [-log 2 / 2, log 2 / 2]
  p = std::fma(p, f, 1.3981999507e-3f);
  p = std::fma(p, f, 8.3334519073e-3f);
  p = std::fma(p, f, 4.1665795894e-2f);
  p = std::fma(p, f, 1.6666665459e-1f);
  p = std::fma(p, f, 0.5f);
  p = std::fma(p, f * f, f + 1.0f);
  const float half_scale = std::bit_cast<float>((std::int32_t(n) + 126) << 23);  // 2^(n-1), as 2^128 is not a float
  const float y = p * half_scale * 2.0f;
  return x < -87.0f ? 0.0f : y;
}
inline float __logf(float x) {
  return std::log(x);
}
inline float __powf(float x, float y) {
  return std::pow(x, y);
}
inline float __sinf(float x) {
  return std::sin(x);
}
inline float __cosf(float x) {
  return std::cos(x);
}
inline float rsqrtf(float x) {
  return 1.0f / std::sqrt(x);
}
inline float __frsqrt_rn(float x) {
  return 1.0f / std::sqrt(x);
}
inline float __fsqrt_rn(float x) {
  return std::sqrt(x);
}
inline float __fdividef(float a, float b) {
  return a / b;
}
inline float __frcp_rn(float x) {
  return 1.0f / x;
}
inline float __fmaf_rn(float a, float b, float c) {
  return std::fma(a, b, c);
}
inline float __saturatef(float x) {
  return x > 1.0f ? 1.0f : x > 0.0f ? x : 0.0f;
}

inline int __float_as_int(float x) {
  return std::bit_cast<int>(x);
}
inline float __int_as_float(int x) {
  return std::bit_cast<float>(x);
}
inline unsigned __float_as_uint(float x) {
  return std::bit_cast<unsigned>(x);
}
inline float __uint_as_float(unsigned x) {
  return std::bit_cast<float>(x);
}
inline int __float2int_rn(float x) {
  return int(std::nearbyint(x));
}
inline int __float2int_rz(float x) {
  return int(x);
}
inline float __int2float_rn(int x) {
  return float(x);
}
inline float __uint2float_rn(unsigned x) {
  return float(x);
}

inline int __popc(unsigned x) {
  return std::popcount(x);
}
inline int __popcll(unsigned long long x) {
  return std::popcount(x);
}
inline int __ffs(int x) {
  return __builtin_ffs(x);
}
inline int __ffsll(long long x) {
  return __builtin_ffsll(x);
}
inline int __clz(int x) {
  return std::countl_zero(unsigned(x));
}
inline int __clzll(long long x) {
  return std::countl_zero(static_cast<unsigned long long>(x));
}
inline unsigned __brev(unsigned x) {
  unsigned reversed = 0;
  for (int bit = 0; bit < 32; bit++) reversed |= (x >> bit & 1u) << (31 - bit);
  return reversed;
}
inline unsigned __umulhi(unsigned a, unsigned b) {
  return unsigned((std::uint64_t(a) * b) >> 32);
}
inline int __mulhi(int a, int b) {
  return int((std::int64_t(a) * b) >> 32);
}

}  // namespace cuda_names
}  // namespace gs::GS_TARGET
