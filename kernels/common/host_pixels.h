// host_pixels.h - loops of CPU variants over NHWC tensors: every core takes whole pixels, and the loop over their
// channels is one vector loop without a division.
#pragma once
#include <algorithm>

#include "kernels/common/bf16.h"
#include "kernels/common/kernel.h"

namespace gs::GS_TARGET {

/// Calls body(pixel) for pixels [0, pixels), one share per core; a share has at least about 16384 values.
template <class Body>
void for_each_pixel(std::int64_t pixels, int channels, const Body& body) {
  host_shares(
      pixels,
      [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t pixel = begin; pixel < end; ++pixel) body(pixel);
      },
      std::max<std::int64_t>(1, 16384 / channels));
}

/// to[i] = from[i], or 0 if `relu_output` is given and relu_output[i] <= 0.
template <class T>
void copy_masked(T* __restrict__ to, const T* __restrict__ from, const T* __restrict__ relu_output, int n) {
  if (relu_output) {
    for (int i = 0; i < n; ++i) to[i] = widened(relu_output[i]) <= 0 ? rounded<T>(0.0f) : from[i];
  } else {
    for (int i = 0; i < n; ++i) to[i] = from[i];
  }
}

/// The mask from `offset` on; null without a mask.
template <class T>
const T* row_of(const T* relu_output, std::int64_t offset) {
  return relu_output ? relu_output + offset : nullptr;
}

}  // namespace gs::GS_TARGET
