// store_pair.h - two neighbouring results of a thread, written at once where they are aligned: what a fragment of D
// holds of a row. Single stores would leave every 32 bytes to two instructions.
#pragma once
#include "kernels/common/kernel.h"

namespace gs::GS_TARGET {

/// to[0] and, where `count` is 2, to[1].
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
