// host_vector.h - vectors for the *_simd.cu variants of the host target. A vector is one register of the CPU that the
// file is compiled for: g++ would take a longer one apart, and compare its parts one float at a time.
#pragma once
#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <type_traits>
#include <utility>

#ifdef __AVX2__
#include <immintrin.h>
#endif

#include "kernels/common/bf16.h"
#include "kernels/common/kernel.h"

#pragma GCC diagnostic ignored "-Wpsabi"  // the functions below are always inlined, so no call passes a vector

namespace gs::GS_TARGET {

// Floats in a register, and registers.
#if defined(__AVX512F__)
inline constexpr int lanes = 16, vector_registers = 32;
#elif defined(__AVX2__)
inline constexpr int lanes = 8, vector_registers = 16;
#elif defined(__aarch64__)
inline constexpr int lanes = 4, vector_registers = 32;
#else
inline constexpr int lanes = 4, vector_registers = 16;
#endif
using Vec = float __attribute__((vector_size(lanes * sizeof(float))));
using IntVec = std::int32_t __attribute__((vector_size(lanes * sizeof(std::int32_t))));
using WordVec = std::uint32_t __attribute__((vector_size(lanes * sizeof(std::uint32_t))));
using Halves = std::uint16_t __attribute__((vector_size(lanes * sizeof(std::uint16_t))));
using Bytes = std::uint8_t __attribute__((vector_size(lanes)));
using AllBytes = std::uint8_t __attribute__((vector_size(lanes * sizeof(std::int32_t))));

#define GS_INLINE inline __attribute__((always_inline))

// Half of a 512-bit register, for tensors of at most eight channels: a CPU that computes 512 bits in two halves, or on
// fewer units, spends no time on empty lanes. Elsewhere, a register.
#if defined(__AVX512VL__)
using HalfVec = float __attribute__((vector_size(lanes / 2 * sizeof(float))));
using HalfIntVec = std::int32_t __attribute__((vector_size(lanes / 2 * sizeof(std::int32_t))));
using HalfBytes = std::uint8_t __attribute__((vector_size(lanes / 2)));
#else
using HalfVec = Vec;
using HalfIntVec = IntVec;
using HalfBytes = Bytes;
#endif
/// The half register for values stored as T; bf16 has none.
template <class T>
using HalfOf = std::conditional_t<std::is_same_v<T, float>, HalfVec, Vec>;
template <class V>
using Integers = std::conditional_t<std::is_same_v<V, Vec>, IntVec, HalfIntVec>;
template <class V>
inline constexpr int lanes_of = sizeof(V) / sizeof(float);

GS_INLINE Vec load(const float* from) {
  Vec v;
  std::memcpy(&v, from, sizeof v);
  return v;
}
#if defined(__AVX2__) && !defined(__AVX512F__)
/// All bits in the first `count` lanes, none in the others.
GS_INLINE __m256i first_lanes(int count) {
  return _mm256_cmpgt_epi32(_mm256_set1_epi32(count), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}
#endif
/// The first min(count, lanes) floats, then zeros. Reads no others.
GS_INLINE Vec load(const float* from, int count) {
  if (count >= lanes) return load(from);
#if defined(__AVX512F__)
  return Vec(_mm512_maskz_loadu_ps(__mmask16((1u << count) - 1), from));
#elif defined(__AVX2__)
  return Vec(_mm256_maskload_ps(from, first_lanes(count)));
#else
  alignas(sizeof(Vec)) float part[lanes];
  for (int i = 0; i < lanes; ++i) part[i] = i < count ? from[i] : 0.0f;
  return load(part);
#endif
}
#if defined(__AVX512VL__)
GS_INLINE void store(float* to, const HalfVec& v, int count = lanes_of<HalfVec>) {
  if (count >= lanes_of<HalfVec>)
    std::memcpy(to, &v, sizeof v);
  else
    _mm256_mask_storeu_ps(to, __mmask8((1u << count) - 1), __m256(v));
}
#endif
/// The first min(count, lanes of V) bytes as integers, then zeros.
template <class V = Vec>
GS_INLINE Integers<V> load_bytes(const std::uint8_t* from, int count) {
  std::conditional_t<std::is_same_v<V, Vec>, Bytes, HalfBytes> bytes = {};
  if (count >= lanes_of<V>)
    std::memcpy(&bytes, from, sizeof bytes);
  else
    for (int i = 0; i < count; ++i) bytes[i] = from[i];
#ifdef __AVX2__  // g++ 12 would convert eight bytes one by one, and sixteen in four parts
  if constexpr (sizeof bytes == 8)
    return Integers<V>(_mm256_cvtepu8_epi32(_mm_cvtsi64_si128(std::bit_cast<std::int64_t>(bytes))));
#endif
#ifdef __AVX512F__
  if constexpr (sizeof bytes == 16) return Integers<V>(_mm512_cvtepu8_epi32(std::bit_cast<__m128i>(bytes)));
#endif
  return __builtin_convertvector(bytes, Integers<V>);
}
GS_INLINE void store(float* to, const Vec& v) {
  std::memcpy(to, &v, sizeof v);
}
GS_INLINE void store(float* to, const Vec& v, int count) {
  if (count >= lanes) return store(to, v);
#if defined(__AVX512F__)
  _mm512_mask_storeu_ps(to, __mmask16((1u << count) - 1), __m512(v));
#elif defined(__AVX2__)
  _mm256_maskstore_ps(to, first_lanes(count), __m256(v));
#else
  alignas(sizeof(Vec)) float part[lanes];
  store(part, v);
  for (int i = 0; i < count; ++i) to[i] = part[i];
#endif
}
/// The lowest byte of each lane. AVX-512 has an instruction for it; without one, g++ 12 would convert lane by lane.
template <int... lane>
GS_INLINE Bytes low_bytes(const IntVec& v, std::integer_sequence<int, lane...>) {
#ifdef __AVX512F__
  return __builtin_convertvector(v, Bytes);
#else
  const auto bytes = std::bit_cast<AllBytes>(v);
  return __builtin_shufflevector(bytes, bytes, (4 * lane)...);
#endif
}
/// Stores the first min(count, lanes) integers as bytes.
GS_INLINE void store_bytes(std::uint8_t* to, const IntVec& v, int count) {
  const Bytes bytes = low_bytes(v, std::make_integer_sequence<int, lanes>());
  std::memcpy(to, &bytes, count < lanes ? std::size_t(count) : sizeof bytes);
}
#if defined(__AVX512VL__)
GS_INLINE void store_bytes(std::uint8_t* to, const HalfIntVec& v, int count) {
  const __m128i bytes = _mm256_cvtepi32_epi8(__m256i(v));
  std::memcpy(to, &bytes, std::size_t(std::min(count, lanes_of<HalfVec>)));
}
#endif
/// bf16 as floats; with `count`, the first min(count, lanes), then zeros.
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
/// load() of a Vec or a HalfVec.
template <class V, class T>
GS_INLINE V load_as(const T* from, int count = lanes_of<V>) {
  if constexpr (std::is_same_v<V, Vec>) {
    return load(from, count);
#if defined(__AVX512VL__)
  } else if (count < lanes_of<V>) {
    return V(_mm256_maskz_loadu_ps(__mmask8((1u << count) - 1), from));
  } else {
    V v;
    std::memcpy(&v, from, sizeof v);
    return v;
#endif
  }
}
/// Rounds as rounded<bf16>() does.
GS_INLINE void store(bf16* to, const Vec& v, int count = lanes) {
  const auto u = WordVec(v);
  const WordVec nearest = (u + 0x7fffu + ((u >> 16) & 1u)) >> 16;
  const auto is_nan = WordVec(v != v);
  const Halves halves = __builtin_convertvector((is_nan & 0x7fffu) | (~is_nan & nearest), Halves);
  std::memcpy(to, &halves, count < lanes ? sizeof(bf16) * std::size_t(count) : sizeof halves);
}
template <class V = Vec>
GS_INLINE V broadcast(float x) {
  return x - V{};
}

/// The sum of the lanes, in a fixed order (pairwise).
GS_INLINE float sum(const Vec& v) {
#if defined(__AVX512F__)
  const __m256 halves = _mm256_add_ps(_mm512_castps512_ps256(__m512(v)),
                                      _mm256_castpd_ps(_mm512_extractf64x4_pd(_mm512_castps_pd(__m512(v)), 1)));
#elif defined(__AVX2__)
  const __m256 halves = __m256(v);
#endif
#if defined(__AVX2__)
  const __m128 quarters = _mm_add_ps(_mm256_castps256_ps128(halves), _mm256_extractf128_ps(halves, 1));
  const __m128 pairs = _mm_add_ps(quarters, _mm_movehl_ps(quarters, quarters));
  return _mm_cvtss_f32(_mm_add_ss(pairs, _mm_movehdup_ps(pairs)));
#else
  float part[lanes];
  std::memcpy(part, &v, sizeof v);
  for (int half = lanes / 2; half > 0; half /= 2)
    for (int i = 0; i < half; ++i) part[i] += part[i + half];
  return part[0];
#endif
}

/// The square root of each lane, rounded to the nearest float.
GS_INLINE Vec square_root(const Vec& v) {
#if defined(__AVX512F__)
  return Vec(_mm512_sqrt_ps(__m512(v)));
#elif defined(__AVX2__)
  return Vec(_mm256_sqrt_ps(__m256(v)));
#else
  Vec roots;
  for (int i = 0; i < lanes; ++i) roots[i] = sqrtf(v[i]);
  return roots;
#endif
}

/// max(x, 0) that keeps NaN, of a vector or a float.
template <class V>
GS_INLINE V relu(const V& v) {
  return v <= 0 ? V{} : v;
}

/// Per lane: `dx` if a ReLU's `output` is positive or NaN, else 0.
template <class V>
GS_INLINE V where_positive(const V& output, const V& dx) {
  return output <= 0 ? V{} : dx;
}

/// Calls f.template operator()<count>(first) for [0, n) in tiles of `tile` (at most 16), the rest as one smaller tile.
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

/// Calls f.template operator()<V>(first, count) for [0, n) in registers V = Vec, or in one V = Half if that holds n.
/// `count` is a constant in full registers.
template <class Half = HalfVec, class F>
GS_INLINE void for_registers(int n, const F& f) {
  constexpr int half = lanes_of<Half>;
  if (n == half) return f.template operator()<Half>(0, std::integral_constant<int, half>());
  if (n < half) return f.template operator()<Half>(0, n);
  int first = 0;
  for (; first + lanes <= n; first += lanes) f.template operator()<Vec>(first, std::integral_constant<int, lanes>());
  if (first < n) f.template operator()<Vec>(first, n - first);
}

/// Calls f.template operator()<V, blocks>(first) for [0, n) with up to two registers of V = Vec at a time, or one
/// HalfVec if that holds n.
template <class F>
GS_INLINE void for_blocks(int n, const F& f) {
  if (n <= lanes_of<HalfVec>) return f.template operator()<HalfVec, 1>(0);
  int first = 0;
  for (; n - first > lanes; first += 2 * lanes) f.template operator()<Vec, 2>(first);
  if (first < n) f.template operator()<Vec, 1>(first);
}

constexpr std::int64_t vectors_in(std::int64_t floats) {
  return (floats + lanes - 1) / lanes;
}
/// Floats in the registers of for_registers(n, f).
constexpr std::int64_t padded_to_registers(std::int64_t n) {
  return n <= lanes_of<HalfVec> ? lanes_of<HalfVec> : vectors_in(n) * lanes;
}

}  // namespace gs::GS_TARGET
