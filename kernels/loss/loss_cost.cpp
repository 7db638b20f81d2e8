// loss_cost.cpp - the least work of a loss: logits and label in; gradient, loss and correctness out. An exponential
// and a logarithm count as one operation each.
#include "kernels/loss/loss.h"

namespace gs {

template <class T>
Cost cost(LossGradient<T>, const Loss& p) {
  double flops_per_logit = 10;                                  // bce: value 6, sigmoid 3, mean 1
  if (p.kind == LossKind::hinge) flops_per_logit = 4;           // margin 2, comparison, mean
  if (p.kind == LossKind::hinge_sigmoid) flops_per_logit = 10;  // sigmoids 6, hinge 3, mean 1, product
  if (p.kind == LossKind::softmax) flops_per_logit = 7;  // comparison; difference, exponential, sum; ratio, label, mean
  const double logits = double(p.n) * p.classes;
  return {.flops = flops_per_logit * logits, .bytes = 2.0 * sizeof(T) * logits + 12.0 * p.n};
}

template Cost cost(LossGradient<float>, const Loss&);
template Cost cost(LossGradient<bf16>, const Loss&);

}  // namespace gs
