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
  float best = widened(rounded<T>(sum_of(0)));
  int index = 0;
#pragma unroll
  for (int i = 1; i < 4; ++i) {
    const float v = widened(rounded<T>(sum_of(i)));
    if (!(v <= best) && best == best) {
      best = v;
      index = i;
    }
  }
  const bool stopped = best <= (relu ? 0.0f : NAN);  // the ReLU of the maximum is the maximum of the ReLUs
  return {rounded<T>(stopped ? 0.0f : best), stopped ? MaxPool::no_gradient : std::uint8_t(index)};
}

}  // namespace gs::GS_TARGET
