// window_maximum.h - the maximum over the four pixels of a pool window, from the convolution's sums in registers.
#pragma once
#include "kernels/common/kernel.h"
#include "kernels/maxpool/maxpool.h"

namespace gs::GS_TARGET {

/// A window's output, as in MaxPoolForward.
template <class T>
struct WindowMaximum {
  T value;
  std::uint8_t argmax;
};

/// The maximum of act(sum_of(i)), i = 0 .. 3, after rounding to T; the first one on a tie. NaN is the maximum if there
/// is one, and argmax its first position.
template <class T, class SumOf>
__device__ inline WindowMaximum<T> window_maximum(const SumOf& sum_of, bool relu) {
  float best = 0;
  int index = 0;
#pragma unroll
  for (int i = 0; i < 4; ++i) {
    const float sum = sum_of(i), v = widened(rounded<T>(relu && sum <= 0 ? 0.0f : sum));
    if (i == 0 || (!(v <= best) && best == best)) {
      best = v;
      index = i;
    }
  }
  return {rounded<T>(best), relu && best <= 0 ? MaxPool::no_gradient : std::uint8_t(index)};
}

}  // namespace gs::GS_TARGET
