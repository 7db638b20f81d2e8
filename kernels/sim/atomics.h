// atomics.h - CUDA's atomic functions: each returns the old value. Always inlined, so that the race checker names the
// kernel's line.
//
// CUDA's are relaxed. These also order: a block that learns from an atomic that the others are done then reads what
// they wrote before their fence, and CUDA's own examples have no second fence there. x86 orders anyway, ARM would not.
#pragma once
#include <type_traits>

namespace gs::GS_TARGET {

namespace detail {
template <class T, class Next>
__forceinline__ T atomic_update(T* address, Next next) {
  T old, wanted;
  __atomic_load(address, &old, __ATOMIC_RELAXED);
  do wanted = next(old);
  while (!__atomic_compare_exchange(address, &old, &wanted, true, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED));
  return old;
}
}  // namespace detail

inline namespace cuda_names {

template <class T>
__forceinline__ T atomicAdd(T* address, std::type_identity_t<T> value) {
  return detail::atomic_update(address, [=](T old) { return T(old + value); });
}
template <class T>
__forceinline__ T atomicSub(T* address, std::type_identity_t<T> value) {
  return detail::atomic_update(address, [=](T old) { return T(old - value); });
}
template <class T>
__forceinline__ T atomicMax(T* address, std::type_identity_t<T> value) {
  return detail::atomic_update(address, [=](T old) { return old < value ? value : old; });
}
template <class T>
__forceinline__ T atomicMin(T* address, std::type_identity_t<T> value) {
  return detail::atomic_update(address, [=](T old) { return value < old ? value : old; });
}
template <class T>
__forceinline__ T atomicAnd(T* address, std::type_identity_t<T> value) {
  return detail::atomic_update(address, [=](T old) { return T(old & value); });
}
template <class T>
__forceinline__ T atomicOr(T* address, std::type_identity_t<T> value) {
  return detail::atomic_update(address, [=](T old) { return T(old | value); });
}
template <class T>
__forceinline__ T atomicExch(T* address, std::type_identity_t<T> value) {
  return detail::atomic_update(address, [=](T) { return value; });
}
template <class T>
__forceinline__ T atomicCAS(T* address, std::type_identity_t<T> expected, std::type_identity_t<T> value) {
  return detail::atomic_update(address, [=](T old) { return old == expected ? value : old; });
}
/// Counts up to `last`, then starts again at 0.
__forceinline__ unsigned atomicInc(unsigned* address, unsigned last) {
  return detail::atomic_update(address, [=](unsigned old) { return old >= last ? 0u : old + 1; });
}

template <class T>
__forceinline__ T __ldg(const T* address) {
  return *address;
}

}  // namespace cuda_names
}  // namespace gs::GS_TARGET
