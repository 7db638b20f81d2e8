// dense_update_cost.cpp - operations and bytes of a weight gradient and its update, without the gradient's own bytes.
#include "kernels/dense_update/dense_update.h"

namespace gs {

template <class T>
Cost cost(DenseWeightUpdate<T>, const DenseUpdate& p) {
  const Cost gradient = cost(DenseWeightGradient<T>(), p.dense), update = cost(Update(), p.optimizer);
  const double gradient_bytes = sizeof(float) * double(p.optimizer.size);  // one would write them, the other read
  return {gradient.flops + update.flops, gradient.bytes + update.bytes - 2 * gradient_bytes};
}

template Cost cost(DenseWeightUpdate<float>, const DenseUpdate&);
template Cost cost(DenseWeightUpdate<bf16>, const DenseUpdate&);

}  // namespace gs
