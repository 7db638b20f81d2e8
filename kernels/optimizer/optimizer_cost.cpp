// optimizer_cost.cpp - the least work of an update: the gradient read, parameter and moments read and written.
#include "kernels/optimizer/optimizers.h"

namespace gs {

Cost cost(Update, const Optimizer& p) {
  return {.flops = optimizer_called(p.name).operations(p) * double(p.size),
          .bytes = (4.0 + 8.0 * (1 + p.moments()) + (p.bf16_copy ? 2 : 0)) * double(p.size)};
}

}  // namespace gs
