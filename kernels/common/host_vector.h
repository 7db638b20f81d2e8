// host_vector.h - vectors of sixteen floats for the *_simd.cu variants of the host target. The compiler maps one to
// one AVX-512, two AVX2 or four NEON registers.
#pragma once
#include <cstdint>
#include <cstring>

#ifdef __AVX512F__
#include <immintrin.h>
#endif

#include "kernels/common/bf16.h"
#include "kernels/common/kernel.h"

#pragma GCC diagnostic ignored "-Wpsabi"  // the functions below are always inlined, so no call passes a vector

namespace gs::GS_TARGET {

inline constexpr int lanes = 16;
using Vec = float __attribute__((vector_size(lanes * sizeof(float))));
using IntVec = std::int32_t __attribute__((vector_size(lanes * sizeof(std::int32_t))));
using WordVec = std::uint32_t __attribute__((vector_size(lanes * sizeof(std::uint32_t))));
using Halves = std::uint16_t __attribute__((vector_size(lanes * sizeof(std::uint16_t))));
using Bytes = std::uint8_t __attribute__((vector_size(lanes)));

#define GS_INLINE inline __attribute__((always_inline))

GS_INLINE Vec load(const float* from) {
  Vec v;
  std::memcpy(&v, from, sizeof v);
  return v;
}
/// The first min(count, 16) floats, then zeros. Reads no others.
GS_INLINE Vec load(const float* from, int count) {
  if (count >= lanes) return load(from);
#ifdef __AVX512F__
  return Vec(_mm512_maskz_loadu_ps(__mmask16((1u << count) - 1), from));
#else
  alignas(sizeof(Vec)) float part[lanes];
  for (int i = 0; i < lanes; ++i) part[i] = i < count ? from[i] : 0.0f;
  return load(part);
#endif
}
/// The first min(count, 16) bytes as integers, then zeros.
GS_INLINE IntVec load_bytes(const std::uint8_t* from, int count) {
  std::uint8_t part[lanes] = {};
  Bytes bytes;
  if (count >= lanes)
    std::memcpy(part, from, sizeof part);
  else
    for (int i = 0; i < count; ++i) part[i] = from[i];
  std::memcpy(&bytes, part, sizeof bytes);
  return __builtin_convertvector(bytes, IntVec);
}
GS_INLINE void store(float* to, const Vec& v) {
  std::memcpy(to, &v, sizeof v);
}
GS_INLINE void store(float* to, const Vec& v, int count) {
  if (count >= lanes) return store(to, v);
#ifdef __AVX512F__
  _mm512_mask_storeu_ps(to, __mmask16((1u << count) - 1), __m512(v));
#else
  alignas(sizeof(Vec)) float part[lanes];
  store(part, v);
  for (int i = 0; i < count; ++i) to[i] = part[i];
#endif
}
/// Stores the first min(count, 16) integers as bytes.
GS_INLINE void store_bytes(std::uint8_t* to, const IntVec& v, int count) {
  const Bytes bytes = __builtin_convertvector(v, Bytes);
  std::memcpy(to, &bytes, std::size_t(count < lanes ? count : lanes));
}
/// Sixteen bf16 as floats; with `count`, the first min(count, 16), then zeros.
GS_INLINE Vec load(const bf16* from) {
  Halves halves;
  std::memcpy(&halves, from, sizeof halves);
  return Vec(__builtin_convertvector(halves, WordVec) << 16);
}
GS_INLINE Vec load(const bf16* from, int count) {
  if (count >= lanes) return load(from);
  bf16 part[lanes] = {};
  for (int i = 0; i < count; ++i) part[i] = from[i];
  return load(part);
}
/// Rounds as rounded<bf16>() does.
GS_INLINE void store(bf16* to, const Vec& v, int count = lanes) {
  const auto u = WordVec(v);
  const WordVec nearest = (u + 0x7fffu + ((u >> 16) & 1u)) >> 16;
  const auto is_nan = WordVec(v != v);
  const Halves halves = __builtin_convertvector((is_nan & 0x7fffu) | (~is_nan & nearest), Halves);
  std::memcpy(to, &halves, sizeof(bf16) * std::size_t(count < lanes ? count : lanes));
}
GS_INLINE Vec broadcast(float x) {
  return x - Vec{};
}

/// Per lane: `chosen` if the mask (a comparison's result: all bits or none) is set, else `other`.
GS_INLINE IntVec select(const IntVec& mask, int chosen, const IntVec& other) {
  return (mask & chosen) | (~mask & other);
}

/// The sum of the lanes, in a fixed order (pairwise).
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

/// Per lane: `dx` if a ReLU's `output` is positive or NaN, else 0.
GS_INLINE Vec where_positive(const Vec& output, const Vec& dx) {
  return output <= 0 ? Vec{} : dx;
}

/// Calls f.template operator()<count>(first) for [0, n) in tiles of `tile` (at most 8), the rest as one smaller tile.
/// `count` is a constant, so that a tile's sums stay in registers.
template <int tile, class F>
GS_INLINE void for_tiles(std::int64_t n, const F& f) {
  std::int64_t first = 0;
  for (; first + tile <= n; first += tile) f.template operator()<tile>(first);
  const auto rest = [&]<int count>(auto& self) {
    if constexpr (count > 0) {
      if (n - first == count) return f.template operator()<count>(first);
      self.template operator()<count - 1>(self);
    }
  };
  rest.template operator()<tile - 1>(rest);
}

constexpr std::int64_t vectors_in(std::int64_t floats) {
  return (floats + lanes - 1) / lanes;
}

}  // namespace gs::GS_TARGET
