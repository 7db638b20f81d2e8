// mirrored_convolution.h - the data gradient as a convolution. For variants of the host target.
#pragma once
#include "kernels/conv2d/conv2d.h"

namespace gs {

/// The convolution of dy, with the filters turned by 180 degrees, that gives dx; valid for stride 1 and square windows.
inline Conv2d mirrored(const Conv2d& d) {
  return {
      .n = d.n, .h = d.p(), .w = d.q(), .c = d.k, .k = d.c, .r = d.r, .s = d.s, .stride = 1, .pad = d.r - 1 - d.pad};
}

}  // namespace gs
