// reduce.h - sums over a warp in a fixed order, so that the same inputs give the same bits.
#pragma once
#include "kernels/common/kernel.h"

namespace gs::GS_TARGET {

inline constexpr unsigned all_lanes = 0xffffffffu;

/// The sum of `value` over the 32 lanes, in every lane. Lane l adds the value of lane l ^ 16 first, then l ^ 8, ...
__device__ inline float warp_sum(float value) {
  for (int distance = 16; distance > 0; distance /= 2) value += __shfl_xor_sync(all_lanes, value, distance);
  return value;
}

/// The larger one; NaN if either is NaN (fmaxf would drop it).
__device__ inline float larger_or_nan(float a, float b) {
  return b > a || b != b ? b : a;
}

/// The largest `value` of the 32 lanes, in every lane; NaN if any of them is NaN.
__device__ inline float warp_max(float value) {
  for (int distance = 16; distance > 0; distance /= 2)
    value = larger_or_nan(value, __shfl_xor_sync(all_lanes, value, distance));
  return value;
}

/// The smallest `value` of the 32 lanes, in every lane.
__device__ inline int warp_min(int value) {
  for (int distance = 16; distance > 0; distance /= 2) {
    const int other = __shfl_xor_sync(all_lanes, value, distance);
    value = other < value ? other : value;
  }
  return value;
}

}  // namespace gs::GS_TARGET
