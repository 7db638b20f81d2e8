// dense_update_cost.cpp - operations and bytes of a weight gradient and its update, without the gradient's own bytes,
// and of a data gradient that reads nothing of its own but its mask.
#include "kernels/dense_update/dense_update.h"

namespace gs {

template <class T>
Cost cost(DenseWeightUpdate<T>, const DenseUpdate& p) {
  const Cost gradient = cost(DenseWeightGradient<T>(), p.dense), update = cost(Update(), p.optimizer);
  const double gradient_bytes = sizeof(float) * double(p.optimizer.size);  // one would write them, the other read
  Cost both{gradient.flops + update.flops, gradient.bytes + update.bytes - 2 * gradient_bytes};
  if (p.data_gradient) {
    both.flops += cost(DenseDataGradient<T>(), p.dense).flops;
    both.bytes += sizeof(T) * double(p.dense.n) * p.dense.in;
  }
  return both;
}

template Cost cost(DenseWeightUpdate<float>, const DenseUpdate&);
template Cost cost(DenseWeightUpdate<bf16>, const DenseUpdate&);

}  // namespace gs
