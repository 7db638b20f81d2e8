// relu_cost.cpp - the least work of a ReLU: x in, y out; backward dy and y in, dx out. A comparison is one operation.
#include "kernels/relu/relu.h"

namespace gs {

template <class T>
Cost cost(ReluForward<T>, const Relu& p) {
  return {.flops = double(p.size), .bytes = 2.0 * sizeof(T) * double(p.size)};
}
template <class T>
Cost cost(ReluBackward<T>, const Relu& p) {
  return {.flops = double(p.size), .bytes = 3.0 * sizeof(T) * double(p.size)};
}

template Cost cost(ReluForward<float>, const Relu&);
template Cost cost(ReluForward<bf16>, const Relu&);
template Cost cost(ReluBackward<float>, const Relu&);
template Cost cost(ReluBackward<bf16>, const Relu&);

}  // namespace gs
