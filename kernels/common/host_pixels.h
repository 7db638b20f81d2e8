// host_pixels.h - loops of CPU variants over NHWC tensors: every core takes whole pixels, and the loop over their
// channels is one vector loop without a division.
#pragma once
#include <algorithm>

#include "kernels/common/bf16.h"
#include "kernels/common/kernel.h"

namespace gs::GS_TARGET {

/// Calls body(pixel) for 0 .. pixels, every core a share; a share has some 16384 values at least.
template <class Body>
void for_each_pixel(std::int64_t pixels, int channels, const Body& body) {
  host_shares(
      pixels,
      [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t pixel = begin; pixel < end; ++pixel) body(pixel);
      },
      std::max<std::int64_t>(1, 16384 / channels));
}

/// to[i] = from[i], and 0 where `relu_output`, if given, is <= 0.
template <class T>
void copy_masked(T* __restrict__ to, const T* __restrict__ from, const T* __restrict__ relu_output, int n) {
  if (relu_output) {
    for (int i = 0; i < n; ++i) to[i] = widened(relu_output[i]) <= 0 ? rounded<T>(0.0f) : from[i];
  } else {
    for (int i = 0; i < n; ++i) to[i] = from[i];
  }
}

/// The row of a mask at `offset`, if there is a mask.
template <class T>
const T* row_of(const T* relu_output, std::int64_t offset) {
  return relu_output ? relu_output + offset : nullptr;
}

}  // namespace gs::GS_TARGET
