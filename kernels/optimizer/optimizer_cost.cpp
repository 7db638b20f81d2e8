// optimizer_cost.cpp - the least work of an update: the gradient read, parameter and moments read and written.
#include "kernels/optimizer/optimizer.h"

namespace gs {

Cost cost(Update, const Optimizer& p) {
  double flops = 4;  // sgd: decay, rate: two multiply-adds
  if (p.kind == OptimizerKind::sgd && p.momentum != 0) flops = p.nesterov ? 8 : 6;
  if (p.kind == OptimizerKind::rmsprop) flops = 11;  // decay 2, s 4, rate 1, root, sum, quotient, difference
  if (p.kind == OptimizerKind::adam || p.kind == OptimizerKind::adamw)
    flops = 16;  // decay 2, m 3, v 4, corrections 2, rate 1, and the same four
  return {.flops = flops * double(p.size),
          .bytes = (4.0 + 8.0 * (1 + p.moments()) + (p.bf16_copy ? 2 : 0)) * double(p.size)};
}

}  // namespace gs
