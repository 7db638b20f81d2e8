// store_pair.h - two neighbouring results of a thread, written at once where they are aligned: what a fragment of D
// holds of a row. Single stores would leave every 32 bytes to two instructions.
#pragma once
#include "kernels/common/kernel.h"

namespace gs::GS_TARGET {

/// to[0] and, where `count` is 2, to[1].
__device__ inline void store_pair(float* to, const float (&values)[2], int count) {
  if (count == 2 && reinterpret_cast<std::uintptr_t>(to) % sizeof(float2) == 0) {
    *reinterpret_cast<float2*>(to) = make_float2(values[0], values[1]);
  } else {
    to[0] = values[0];
    if (count == 2) to[1] = values[1];
  }
}
__device__ inline void store_pair(std::uint8_t* to, const std::uint8_t (&values)[2], int count) {
  if (count == 2 && reinterpret_cast<std::uintptr_t>(to) % sizeof(uchar2) == 0) {
    *reinterpret_cast<uchar2*>(to) = make_uchar2(values[0], values[1]);
  } else {
    to[0] = values[0];
    if (count == 2) to[1] = values[1];
  }
}

}  // namespace gs::GS_TARGET
