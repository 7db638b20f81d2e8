// head_cost.cpp - the operations of all its ops; each tensor's bytes once.
#include "kernels/head/head.h"

namespace gs {

template <class T>
Cost cost(HeadGradient<T>, const Head& head) {
  Cost sum = cost(LossGradient<T>{}, head.loss);
  for (int l = 0; l < head.layers; ++l) {
    const Dense& d = head.dense[l];
    const double values = double(d.n) * d.out;
    sum.flops += cost(DenseForward<T>{}, d).flops + cost(DenseDataGradient<T>{}, d).flops;
    sum.bytes += sizeof(T) * (double(d.in) * d.out + d.out);         // weights and biases
    if (l + 1 < head.layers) sum.bytes += sizeof(T) * (2 * values);  // a value and its gradient; the loss has logits
  }
  sum.bytes += 2.0 * sizeof(T) * head.dense[0].n * head.dense[0].in;
  return sum;
}
template Cost cost(HeadGradient<float>, const Head&);
template Cost cost(HeadGradient<bf16>, const Head&);

}  // namespace gs
