// conv2d_window.h - the matrix of windows of an implicit matrix product: one row per output pixel, one column per tap
// (r, s, c) of the filter. It is never stored; its elements are read from the images. Each group has its own matrix; c
// is a channel of the group.
#pragma once
#include "kernels/common/kernel.h"
#include "kernels/conv2d/conv2d.h"

namespace gs::GS_TARGET {

/// Shared with conv2d_pool_tiled.cu; defined in conv2d_tiled.cu.
bool conv2d_tiled_supports(const Conv2d&);

/// x at tap (r, s, c) of the group's window of output (n, p, q); 0 in the padding.
template <class T>
__device__ inline float window_at(const T* __restrict__ x, const Conv2d& d, int group, std::int64_t n, int p, int q,
                                  std::int64_t tap) {
  const int channels = d.group_c(), c = int(tap % channels), s = int(tap / channels % d.s);
  const int r = int(tap / channels / d.s);
  const int row = p * d.stride - d.pad + r, column = q * d.stride - d.pad + s;
  if (row < 0 || row >= d.h || column < 0 || column >= d.w) return 0.0f;
  return widened(x[((n * d.h + row) * d.w + column) * d.c + group * channels + c]);
}

/// Element (pixel of y, tap) of the group's matrix.
template <class T>
__device__ inline float window(const T* __restrict__ x, const Conv2d& d, int group, std::int64_t pixel,
                               std::int64_t tap) {
  const int q = int(pixel % d.q()), p = int(pixel / d.q() % d.p());
  return window_at(x, d, group, pixel / d.q() / d.p(), p, q, tap);
}

}  // namespace gs::GS_TARGET
