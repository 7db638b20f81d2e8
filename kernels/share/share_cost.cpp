// share_cost.cpp - the least work of a rank's share.
#include "kernels/share/share.h"

namespace gs {

/// Each gradient in and out, one product; the two states are small.
Cost cost(WeighGradients, const GradientShare& p) {
  return {.flops = double(p.size), .bytes = 2.0 * sizeof(float) * double(p.size)};
}

}  // namespace gs
