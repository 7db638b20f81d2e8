// host_vector.h - sixteen floats at a time, for techniques of the host target. One AVX-512 register, two of AVX2, four
// of NEON: the compiler splits them as the machine needs.
#pragma once
#include <cstdint>
#include <cstring>

#include "kernels/common/kernel.h"

#pragma GCC diagnostic ignored "-Wpsabi"  // the functions below are always inlined, so no call passes a vector

namespace gs::GS_TARGET {

inline constexpr int lanes = 16;
using Vec = float __attribute__((vector_size(lanes * sizeof(float))));

#define GS_INLINE inline __attribute__((always_inline))

GS_INLINE Vec load(const float* from) {
  Vec v;
  std::memcpy(&v, from, sizeof v);
  return v;
}
/// The first `count` floats (all sixteen where it is larger), zeros behind them. Only those are read: the loop becomes one
/// masked load; a memcpy of `count` floats would be a call, and no register of sums outlives a call.
GS_INLINE Vec load(const float* from, int count) {
  alignas(sizeof(Vec)) float part[lanes];
  for (int i = 0; i < lanes; ++i) part[i] = i < count ? from[i] : 0.0f;
  return load(part);
}
GS_INLINE void store(float* to, const Vec& v) {
  std::memcpy(to, &v, sizeof v);
}
GS_INLINE void store(float* to, const Vec& v, int count) {
  alignas(sizeof(Vec)) float part[lanes];
  store(part, v);
  for (int i = 0; i < lanes; ++i)
    if (i < count) to[i] = part[i];
}
GS_INLINE Vec broadcast(float x) {
  return x - Vec{};
}

/// The sum of the lanes, in a fixed order: halves are added to halves.
GS_INLINE float sum(const Vec& v) {
  float part[lanes];
  std::memcpy(part, &v, sizeof v);
  for (int half = lanes / 2; half > 0; half /= 2)
    for (int i = 0; i < half; ++i) part[i] += part[i + half];
  return part[0];
}

/// max(x, 0) that keeps NaN.
GS_INLINE Vec relu(const Vec& v) {
  return v <= 0 ? Vec{} : v;
}
GS_INLINE float relu(float x) {
  return x <= 0 ? 0.0f : x;
}

/// `dx` where `output` of a ReLU is positive or NaN, else 0.
GS_INLINE Vec where_positive(const Vec& output, const Vec& dx) {
  return output <= 0 ? Vec{} : dx;
}

constexpr std::int64_t vectors_in(std::int64_t floats) {
  return (floats + lanes - 1) / lanes;
}

}  // namespace gs::GS_TARGET
