// store_pair.h - writes a thread's two adjacent results (a row's part of a D fragment) with one store if they are
// aligned. With single stores two instructions would write to every 32 bytes.
#pragma once
#include "kernels/common/kernel.h"

namespace gs::GS_TARGET {

/// Writes to[0] and, if `count` is 2, to[1].
template <class T>
__device__ inline void store_pair(T* to, const T (&values)[2], int count) {
  struct alignas(2 * sizeof(T)) Pair {
    T first, second;
  };
  if (count == 2 && reinterpret_cast<std::uintptr_t>(to) % sizeof(Pair) == 0) {
    *reinterpret_cast<Pair*>(to) = {values[0], values[1]};
  } else {
    to[0] = values[0];
    if (count == 2) to[1] = values[1];
  }
}

}  // namespace gs::GS_TARGET
