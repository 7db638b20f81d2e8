// pooled_convolution.h - problems of a convolution and the 2x2 max-pool that follows.
#pragma once
#include <string>

#include "kernels/conv2d_pool/conv2d_pool.h"

namespace gs::test {

inline Conv2dPool pooled(const Conv2d& conv) {
  return {conv, {.n = conv.n, .h = conv.p(), .w = conv.q(), .c = conv.k, .relu_input = conv.relu}};
}

/// "2x9x8x1 -> 16"
inline std::string extents_of(const Conv2d& d) {
  return std::to_string(d.n) + "x" + std::to_string(d.h) + "x" + std::to_string(d.w) + "x" + std::to_string(d.c) +
         " -> " + std::to_string(d.k);
}

}  // namespace gs::test
