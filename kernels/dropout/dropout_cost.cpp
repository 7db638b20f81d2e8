// dropout_cost.cpp - the least work of dropout: one value in, one out, one product. Philox is no
// floating-point work; the mask that backward may read is not counted, because it depends on the network.
#include "kernels/dropout/dropout.h"

namespace gs {

template <class T>
Cost cost(DropoutForward<T>, const Dropout& p) {
  return {.flops = double(p.size), .bytes = 2.0 * sizeof(T) * double(p.size)};
}
template <class T>
Cost cost(DropoutBackward<T>, const Dropout& p) {
  return {.flops = double(p.size), .bytes = 2.0 * sizeof(T) * double(p.size)};
}

template Cost cost(DropoutForward<float>, const Dropout&);
template Cost cost(DropoutForward<bf16>, const Dropout&);
template Cost cost(DropoutBackward<float>, const Dropout&);
template Cost cost(DropoutBackward<bf16>, const Dropout&);

}  // namespace gs
