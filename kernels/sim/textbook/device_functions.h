// device_functions.h - functions of CUDA's kernels that the project's own kernels do not need, for textbooks.
#pragma once
#include <cmath>
#include <cstdint>
#include <cstdio>

#include "kernels/common/kernel.h"

namespace gs::textbook::cuda_names {

inline float __tanf(float x) {
  return std::tan(x);
}
inline float __log2f(float x) {
  return std::log2(x);
}
inline float __log10f(float x) {
  return std::log10(x);
}
inline float __exp10f(float x) {
  return std::pow(10.0f, x);
}
inline void __sincosf(float x, float* sine, float* cosine) {
  *sine = std::sin(x);
  *cosine = std::cos(x);
}
inline double rsqrt(double x) {
  return 1 / std::sqrt(x);
}
inline float __fadd_rn(float a, float b) {
  return a + b;
}
inline float __fsub_rn(float a, float b) {
  return a - b;
}
inline float __fmul_rn(float a, float b) {
  return a * b;
}
inline float __fdiv_rn(float a, float b) {
  return a / b;
}
inline int __mul24(int a, int b) {
  return a * b;
}
inline int __float2int_rd(float x) {
  return int(std::floor(x));
}
inline int __float2int_ru(float x) {
  return int(std::ceil(x));
}

// An atomic operation whose scope is the block, or the whole system: the simulator's reach every thread.
#define GS_ATOMIC_SCOPES(name)                                    \
  template <class T, class... Values>                             \
  __forceinline__ T name##_block(T* address, Values... values) {  \
    return sim::name(address, T(values)...);                      \
  }                                                               \
  template <class T, class... Values>                             \
  __forceinline__ T name##_system(T* address, Values... values) { \
    return sim::name(address, T(values)...);                      \
  }
GS_ATOMIC_SCOPES(atomicAdd)
GS_ATOMIC_SCOPES(atomicSub)
GS_ATOMIC_SCOPES(atomicMax)
GS_ATOMIC_SCOPES(atomicMin)
GS_ATOMIC_SCOPES(atomicExch)
GS_ATOMIC_SCOPES(atomicCAS)
#undef GS_ATOMIC_SCOPES
template <class T>
__forceinline__ T atomicXor(T* address, std::type_identity_t<T> value) {
  return sim::detail::atomic_update(address, [=](T old) { return T(old ^ value); });
}
/// Counts down from `last`, then starts again there.
__forceinline__ unsigned atomicDec(unsigned* address, unsigned last) {
  return sim::detail::atomic_update(address, [=](unsigned old) { return old == 0 || old > last ? last : old - 1; });
}

/// The steps that the simulator has taken: it grows, and says nothing about time.
long long clock64();
inline int clock() {
  return int(clock64());
}
inline void __nanosleep(unsigned) {}
[[noreturn]] inline void __trap() {
  simulator::fail("__trap() was called");
}
inline unsigned __laneid() {
  return simulator::lane_index();
}
inline bool __isGlobal(const void*) {
  return true;
}

}  // namespace gs::textbook::cuda_names

namespace gs::textbook {
/// assert() of a kernel or of the program; see cassert in this folder.
[[noreturn]] void assertion_failed(const char* condition, source_location where);
}  // namespace gs::textbook
