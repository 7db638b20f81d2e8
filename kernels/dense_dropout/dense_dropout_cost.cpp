// dense_dropout_cost.cpp - the operations of both ops; the bytes of the dense layer, whose output is the dropout's.
#include "kernels/dense_dropout/dense_dropout.h"

namespace gs {

Cost cost(DenseDropoutForward, const DenseDropout& d) {
  const Cost dense = cost(DenseForward{}, d.dense);
  return {dense.flops + cost(DropoutForward{}, d.dropout).flops, dense.bytes};
}

}  // namespace gs
