// dense_dropout_cost.cpp - the operations of both ops; the bytes of the dense layer, whose output is the dropout's.
#include "kernels/dense_dropout/dense_dropout.h"

namespace gs {

template <class T>
Cost cost(DenseDropoutForwardOf<T>, const DenseDropout& d) {
  const Cost dense = cost(DenseForwardOf<T>{}, d.dense);
  return {dense.flops + cost(DropoutForwardOf<T>{}, d.dropout).flops, dense.bytes};
}
template Cost cost(DenseDropoutForwardOf<float>, const DenseDropout&);
template Cost cost(DenseDropoutForwardOf<bf16>, const DenseDropout&);

}  // namespace gs
