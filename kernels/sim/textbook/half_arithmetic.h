// half_arithmetic.h - arithmetic of the 16-bit floats: computed in fp32 and rounded to the nearest, as a GPU does.
#pragma once
#include <cmath>

#include "kernels/sim/half.h"

namespace gs::simulator {

struct alignas(4) __half2 {
  __half x, y;
};
using half2 = __half2;
struct alignas(4) __nv_bfloat162 {
  __nv_bfloat16 x, y;
};
using nv_bfloat16 = __nv_bfloat16;
using nv_bfloat162 = __nv_bfloat162;

// widened(x): the value as a float. The names are CUDA's: __hadd of two halves, __hadd2 of two pairs of them.
#define GS_HALF_ARITHMETIC(Half, Pair, widened, rounded)          \
  constexpr Half operator+(Half a, Half b) {                      \
    return rounded(widened(a) + widened(b));                      \
  }                                                               \
  constexpr Half operator-(Half a, Half b) {                      \
    return rounded(widened(a) - widened(b));                      \
  }                                                               \
  constexpr Half operator*(Half a, Half b) {                      \
    return rounded(widened(a) * widened(b));                      \
  }                                                               \
  constexpr Half operator/(Half a, Half b) {                      \
    return rounded(widened(a) / widened(b));                      \
  }                                                               \
  constexpr Half operator-(Half a) {                              \
    return rounded(-widened(a));                                  \
  }                                                               \
  constexpr Half& operator+=(Half& a, Half b) {                   \
    return a = a + b;                                             \
  }                                                               \
  constexpr Half& operator-=(Half& a, Half b) {                   \
    return a = a - b;                                             \
  }                                                               \
  constexpr Half& operator*=(Half& a, Half b) {                   \
    return a = a * b;                                             \
  }                                                               \
  constexpr bool operator==(Half a, Half b) {                     \
    return widened(a) == widened(b);                              \
  }                                                               \
  constexpr bool operator<(Half a, Half b) {                      \
    return widened(a) < widened(b);                               \
  }                                                               \
  constexpr bool operator>(Half a, Half b) {                      \
    return widened(a) > widened(b);                               \
  }                                                               \
  constexpr Half __hadd(Half a, Half b) {                         \
    return a + b;                                                 \
  }                                                               \
  constexpr Half __hsub(Half a, Half b) {                         \
    return a - b;                                                 \
  }                                                               \
  constexpr Half __hmul(Half a, Half b) {                         \
    return a * b;                                                 \
  }                                                               \
  constexpr Half __hdiv(Half a, Half b) {                         \
    return a / b;                                                 \
  }                                                               \
  inline Half __hfma(Half a, Half b, Half c) {                    \
    return rounded(std::fma(widened(a), widened(b), widened(c))); \
  }                                                               \
  constexpr bool __heq(Half a, Half b) {                          \
    return a == b;                                                \
  }                                                               \
  constexpr bool __hlt(Half a, Half b) {                          \
    return a < b;                                                 \
  }                                                               \
  constexpr bool __hgt(Half a, Half b) {                          \
    return a > b;                                                 \
  }                                                               \
  constexpr Half __hmax(Half a, Half b) {                         \
    return widened(a) < widened(b) ? b : a;                       \
  }                                                               \
  constexpr Half __hmin(Half a, Half b) {                         \
    return widened(b) < widened(a) ? b : a;                       \
  }                                                               \
  constexpr Pair __hadd2(Pair a, Pair b) {                        \
    return {a.x + b.x, a.y + b.y};                                \
  }                                                               \
  constexpr Pair __hsub2(Pair a, Pair b) {                        \
    return {a.x - b.x, a.y - b.y};                                \
  }                                                               \
  constexpr Pair __hmul2(Pair a, Pair b) {                        \
    return {a.x * b.x, a.y * b.y};                                \
  }                                                               \
  inline Pair __hfma2(Pair a, Pair b, Pair c) {                   \
    return {__hfma(a.x, b.x, c.x), __hfma(a.y, b.y, c.y)};        \
  }
GS_HALF_ARITHMETIC(__half, __half2, __half2float, __float2half)
GS_HALF_ARITHMETIC(__nv_bfloat16, __nv_bfloat162, __bfloat162float, __float2bfloat16)
#undef GS_HALF_ARITHMETIC

constexpr __half2 __floats2half2_rn(float x, float y) {
  return {__float2half(x), __float2half(y)};
}
constexpr __half2 __float2half2_rn(float x) {
  return {__float2half(x), __float2half(x)};
}
constexpr __half2 __halves2half2(__half x, __half y) {
  return {x, y};
}
constexpr __half __low2half(__half2 pair) {
  return pair.x;
}
constexpr __half __high2half(__half2 pair) {
  return pair.y;
}
constexpr float __low2float(__half2 pair) {
  return __half2float(pair.x);
}
constexpr float __high2float(__half2 pair) {
  return __half2float(pair.y);
}
constexpr __nv_bfloat162 __floats2bfloat162_rn(float x, float y) {
  return {__float2bfloat16(x), __float2bfloat16(y)};
}

}  // namespace gs::simulator

namespace gs::textbook::cuda_names {
using simulator::__float2half2_rn;
using simulator::__floats2bfloat162_rn;
using simulator::__floats2half2_rn;
using simulator::__half2;
using simulator::__halves2half2;
using simulator::__nv_bfloat162;
using simulator::half2;
using simulator::nv_bfloat16;
using simulator::nv_bfloat162;
}  // namespace gs::textbook::cuda_names
