// run.h - neighbouring values that are loaded or stored at once, up to 16 bytes, the most that an instruction moves.
#pragma once
#include <cstdint>

#include "kernels/common/bf16.h"
#include "kernels/common/kernel.h"

namespace gs::GS_TARGET {

template <class T, int n>
struct alignas(n * sizeof(T)) Run {
  T of[n];
  static_assert(n * sizeof(T) <= 16);
};

/// The i-th run of an array, which aligned_for<n>() must hold for. A run of one is moved as a value: g++ vectorises no
/// loop that moves structures.
template <int n, class T>
__device__ inline Run<T, n> run_at(const T* values, std::int64_t i) {
  if constexpr (n == 1)
    return {{values[i]}};
  else
    return reinterpret_cast<const Run<T, n>*>(values)[i];
}
template <class T, int n>
__device__ inline void set_run_at(T* values, std::int64_t i, const Run<T, n>& run) {
  if constexpr (n == 1)
    values[i] = run.of[0];
  else
    reinterpret_cast<Run<T, n>*>(values)[i] = run;
}

/// True if an array begins where runs of n values may; null does.
template <int n, class T>
bool aligned_for(const T* values) {
  return reinterpret_cast<std::uintptr_t>(values) % (n * sizeof(T)) == 0;
}

/// Values of T in 16 bytes.
template <class T>
inline constexpr int run_of_16_bytes = 16 / int(sizeof(T));

/// to[0 .. n) = from[0 .. n), or zeros if not `inside`; n is a power of two, at least 2. `from` is aligned to n values
/// or to 16 bytes, whichever is less. Values of bf16 are taken out of words of 32 bits, with one instruction each.
template <int n, class T>
__device__ inline void load_runs(float* to, const T* from, bool inside = true) {
  constexpr int length = n < run_of_16_bytes<T> ? n : run_of_16_bytes<T>;
  using Words = Run<std::uint32_t, length* int(sizeof(T)) / 4>;
#pragma unroll
  for (int at = 0; at < n; at += length) {
    Words words = {};
    if (inside) words = __builtin_bit_cast(Words, *reinterpret_cast<const Run<T, length>*>(from + at));
#pragma unroll
    for (int e = 0; e < length; ++e) {
      std::uint32_t bits = words.of[e * sizeof(T) / 4];
      if (sizeof(T) == 2) bits = e % 2 ? bits & 0xffff0000u : bits << 16;
      to[at + e] = __builtin_bit_cast(float, bits);
    }
  }
}

/// to[0 .. n) = from[0 .. n), rounded; `to` is aligned as in load_runs.
template <int n, class T>
__device__ inline void store_runs(T* to, const float* from) {
  constexpr int length = n < run_of_16_bytes<T> ? n : run_of_16_bytes<T>;
#pragma unroll
  for (int at = 0; at < n; at += length) {
    Run<T, length> run;
#pragma unroll
    for (int e = 0; e < length; ++e) run.of[e] = rounded<T>(from[at + e]);
    *reinterpret_cast<Run<T, length>*>(to + at) = run;
  }
}

}  // namespace gs::GS_TARGET
