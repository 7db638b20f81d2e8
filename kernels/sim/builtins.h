// builtins.h - CUDA's device functions. They live in the target's namespace, because the copies of different targets
// are compiled with different flags (vector width, instrumentation) and must not be merged by the linker.
#pragma once
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "kernels/sim/half.h"
#include "kernels/sim/runtime.h"

namespace gs::GS_TARGET {

// The types and variables are the same for all targets.
using simulator::__bfloat162float;
using simulator::__float2bfloat16;
using simulator::__float2bfloat16_rn;
using simulator::__float2half;
using simulator::__float2half_rn;
using simulator::__half;
using simulator::__half2float;
using simulator::__nv_bfloat16;
using simulator::blockDim;
using simulator::blockIdx;
using simulator::dim3;
using simulator::double2;
using simulator::float2;
using simulator::float3;
using simulator::float4;
using simulator::gridDim;
using simulator::half;
using simulator::int2;
using simulator::int3;
using simulator::int4;
using simulator::make_double2;
using simulator::make_float2;
using simulator::make_float3;
using simulator::make_float4;
using simulator::make_int2;
using simulator::make_int3;
using simulator::make_int4;
using simulator::make_uchar2;
using simulator::make_uchar4;
using simulator::make_uint2;
using simulator::make_uint3;
using simulator::make_uint4;
using simulator::threadIdx;
using simulator::uchar2;
using simulator::uchar4;
using simulator::uint2;
using simulator::uint3;
using simulator::uint4;

inline constexpr int warpSize = 32;

// ---- barriers and fences
inline void __syncthreads(source_location where = source_location::current()) {
  simulator::barrier(where);
}
inline void __syncwarp(unsigned mask = ~0u, source_location where = source_location::current()) {
  simulator::sync_warp(mask, where);
}
inline void __threadfence() {
  simulator::thread_fence();
}
inline void __threadfence_block() {}
inline void __threadfence_system() {
  simulator::thread_fence();
}
/// Programmatic dependent launch: blocks until the kernels before this one have ended and their writes are visible.
inline void dependency_wait() {
  simulator::dependency_wait();
}

// ---- warp operations. Every lane computes the lane it reads from; the runtime moves the bits.
namespace detail {
template <class T>
std::uint64_t to_bits(T value) {
  static_assert(sizeof(T) <= 8 && std::is_trivially_copyable_v<T>, "a shuffle moves at most eight bytes");
  std::uint64_t bits = 0;
  std::memcpy(&bits, &value, sizeof value);
  return bits;
}
template <class T>
T from_bits(std::uint64_t bits) {
  T value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}
template <class T>
T shuffle(unsigned mask, T value, int source, source_location where) {
  return from_bits<T>(simulator::exchange(mask, to_bits(value), unsigned(source), where));
}
}  // namespace detail

template <class T>
T __shfl_sync(unsigned mask, T value, int source, int width = 32, source_location where = source_location::current()) {
  const int lane = int(simulator::lane_index()), first = lane / width * width;
  return detail::shuffle(mask, value, first + (source & (width - 1)), where);
}
template <class T>
T __shfl_down_sync(unsigned mask, T value, unsigned delta, int width = 32,
                   source_location where = source_location::current()) {
  const int lane = int(simulator::lane_index()), source = lane + int(delta);
  return detail::shuffle(mask, value, source / width == lane / width ? source : lane, where);
}
template <class T>
T __shfl_up_sync(unsigned mask, T value, unsigned delta, int width = 32,
                 source_location where = source_location::current()) {
  const int lane = int(simulator::lane_index()), first = lane / width * width, source = lane - int(delta);
  return detail::shuffle(mask, value, source >= first ? source : lane, where);
}
template <class T>
T __shfl_xor_sync(unsigned mask, T value, int lane_mask, int width = 32,
                  source_location where = source_location::current()) {
  const int lane = int(simulator::lane_index()), source = lane ^ lane_mask;
  return detail::shuffle(mask, value, source / width <= lane / width ? source : lane, where);
}
inline unsigned __ballot_sync(unsigned mask, int predicate, source_location where = source_location::current()) {
  return simulator::vote(mask, predicate != 0, where);
}
inline int __any_sync(unsigned mask, int predicate, source_location where = source_location::current()) {
  return simulator::vote(mask, predicate != 0, where) != 0;
}
inline int __all_sync(unsigned mask, int predicate, source_location where = source_location::current()) {
  return simulator::vote(mask, predicate == 0, where) == 0;
}

// ---- atomics: each returns the old value. Relaxed, as CUDA's are.
namespace detail {
template <class T, class Next>
T atomic_update(T* address, Next next) {
  T old, wanted;
  __atomic_load(address, &old, __ATOMIC_RELAXED);
  do wanted = next(old);
  while (!__atomic_compare_exchange(address, &old, &wanted, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED));
  return old;
}
}  // namespace detail
template <class T>
T atomicAdd(T* address, std::type_identity_t<T> value) {
  return detail::atomic_update(address, [=](T old) { return T(old + value); });
}
template <class T>
T atomicSub(T* address, std::type_identity_t<T> value) {
  return detail::atomic_update(address, [=](T old) { return T(old - value); });
}
template <class T>
T atomicMax(T* address, std::type_identity_t<T> value) {
  return detail::atomic_update(address, [=](T old) { return old < value ? value : old; });
}
template <class T>
T atomicMin(T* address, std::type_identity_t<T> value) {
  return detail::atomic_update(address, [=](T old) { return value < old ? value : old; });
}
template <class T>
T atomicAnd(T* address, std::type_identity_t<T> value) {
  return detail::atomic_update(address, [=](T old) { return T(old & value); });
}
template <class T>
T atomicOr(T* address, std::type_identity_t<T> value) {
  return detail::atomic_update(address, [=](T old) { return T(old | value); });
}
template <class T>
T atomicExch(T* address, std::type_identity_t<T> value) {
  return detail::atomic_update(address, [=](T) { return value; });
}
template <class T>
T atomicCAS(T* address, std::type_identity_t<T> expected, std::type_identity_t<T> value) {
  return detail::atomic_update(address, [=](T old) { return old == expected ? value : old; });
}
/// Counts up to `last`, then starts again at 0.
inline unsigned atomicInc(unsigned* address, unsigned last) {
  return detail::atomic_update(address, [=](unsigned old) { return old >= last ? 0u : old + 1; });
}

// ---- memory, arithmetic, bits
template <class T>
T __ldg(const T* address) {
  return *address;
}
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
  const float half_scale = std::bit_cast<float>((std::int32_t(n) + 126) << 23);  // 2^(n-1): 2^128 is no float
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

}  // namespace gs::GS_TARGET
