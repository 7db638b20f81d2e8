// dense_dropout_cost.cpp - the operations of both ops; the bytes of the dense layer.
#include "kernels/dense_dropout/dense_dropout.h"

namespace gs {

template <class T>
Cost cost(DenseDropoutForward<T>, const DenseDropout& d) {
  const Cost dense = cost(DenseForward<T>{}, d.dense);
  return {dense.flops + cost(DropoutForward<T>{}, d.dropout).flops, dense.bytes};
}
template Cost cost(DenseDropoutForward<float>, const DenseDropout&);
template Cost cost(DenseDropoutForward<bf16>, const DenseDropout&);

}  // namespace gs
