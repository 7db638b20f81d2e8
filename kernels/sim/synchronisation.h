// synchronisation.h - CUDA's barriers, fences and warp operations. Each gets its caller's source line.
#pragma once
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "kernels/sim/runtime.h"

namespace gs::GS_TARGET {

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
T shuffle(unsigned mask, T value, int source, simulator::Place where) {
  return from_bits<T>(simulator::exchange(mask, to_bits(value), unsigned(source), where));
}
}  // namespace detail

inline namespace cuda_names {

// ---- barriers and fences
inline void __syncthreads(simulator::Place where = simulator::Place::current()) {
  simulator::barrier(where);
}
inline int __syncthreads_count(int predicate, simulator::Place where = simulator::Place::current()) {
  return int(simulator::barrier_count(predicate != 0, where));
}
inline int __syncthreads_or(int predicate, simulator::Place where = simulator::Place::current()) {
  return simulator::barrier_count(predicate != 0, where) != 0;
}
inline int __syncthreads_and(int predicate, simulator::Place where = simulator::Place::current()) {
  return simulator::barrier_count(predicate == 0, where) == 0;
}
inline void __syncwarp(unsigned mask = ~0u, simulator::Place where = simulator::Place::current()) {
  simulator::sync_warp(mask, where);
}
inline void __threadfence() {
  simulator::thread_fence();
}
inline void __threadfence_block() {}
inline void __threadfence_system() {
  simulator::thread_fence();
}
// ---- warp operations. Each lane computes the lane that it reads from; the runtime moves the bits.
template <class T>
T __shfl_sync(unsigned mask, T value, int source, int width = 32,
              simulator::Place where = simulator::Place::current()) {
  const int lane = int(simulator::lane_index()), first = lane / width * width;
  return detail::shuffle(mask, value, first + (source & (width - 1)), where);
}
template <class T>
T __shfl_down_sync(unsigned mask, T value, unsigned delta, int width = 32,
                   simulator::Place where = simulator::Place::current()) {
  const int lane = int(simulator::lane_index()), source = lane + int(delta);
  return detail::shuffle(mask, value, source / width == lane / width ? source : lane, where);
}
template <class T>
T __shfl_up_sync(unsigned mask, T value, unsigned delta, int width = 32,
                 simulator::Place where = simulator::Place::current()) {
  const int lane = int(simulator::lane_index()), first = lane / width * width, source = lane - int(delta);
  return detail::shuffle(mask, value, source >= first ? source : lane, where);
}
template <class T>
T __shfl_xor_sync(unsigned mask, T value, int lane_mask, int width = 32,
                  simulator::Place where = simulator::Place::current()) {
  const int lane = int(simulator::lane_index()), source = lane ^ lane_mask;
  return detail::shuffle(mask, value, source / width <= lane / width ? source : lane, where);
}
inline unsigned __ballot_sync(unsigned mask, int predicate, simulator::Place where = simulator::Place::current()) {
  return simulator::vote(mask, predicate != 0, where);
}
inline int __any_sync(unsigned mask, int predicate, simulator::Place where = simulator::Place::current()) {
  return simulator::vote(mask, predicate != 0, where) != 0;
}
inline int __all_sync(unsigned mask, int predicate, simulator::Place where = simulator::Place::current()) {
  return simulator::vote(mask, predicate == 0, where) == 0;
}

/// The lanes of this warp that execute the call together.
inline unsigned __activemask(simulator::Place where = simulator::Place::current()) {
  return simulator::active_lanes(where);
}

}  // namespace cuda_names

// ---- the project's additions
/// Programmatic dependent launch: blocks until the kernels before this one have ended and their writes are visible.
inline void dependency_wait() {
  simulator::dependency_wait();
}
/// Sets whether a loop on the device continues.
inline void set_loop(loop_t loop, bool go_on) {
  simulator::set_loop(loop, go_on);
}

}  // namespace gs::GS_TARGET
