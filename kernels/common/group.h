// group.h - neighbouring values that one access reads or writes. Memory instructions of 16 bytes move the most.
#pragma once
#include <cstdint>

#include "kernels/common/kernel.h"

namespace gs::GS_TARGET {

template <class T, int width>
struct alignas(width * sizeof(T)) Group {
  T values[width];
};

/// The i-th group of an array, which aligned_for<width>() must hold for.
template <int width, class T>
__device__ inline Group<T, width>& group_at(T* values, std::int64_t i) {
  return reinterpret_cast<Group<T, width>*>(values)[i];
}
template <int width, class T>
__device__ inline const Group<T, width>& group_at(const T* values, std::int64_t i) {
  return reinterpret_cast<const Group<T, width>*>(values)[i];
}

/// True if an array begins where groups of `width` values may; null does.
template <int width, class T>
bool aligned_for(const T* values) {
  return reinterpret_cast<std::uintptr_t>(values) % (width * sizeof(T)) == 0;
}

}  // namespace gs::GS_TARGET
