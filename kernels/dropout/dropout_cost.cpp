// dropout_cost.cpp - the least work of dropout: one float in, one out, one product. Philox is counted as no
// floating-point work; the ReLU's output that the backward pass may read is not counted, it depends on the network.
#include "kernels/dropout/dropout.h"

namespace gs {

Cost cost(DropoutForward, const Dropout& p) {
  return {.flops = double(p.size), .bytes = 8.0 * double(p.size)};
}
Cost cost(DropoutBackward, const Dropout& p) {
  return {.flops = double(p.size), .bytes = 8.0 * double(p.size)};
}

}  // namespace gs
