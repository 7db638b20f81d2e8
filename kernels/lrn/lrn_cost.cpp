// lrn_cost.cpp - the least work of local response normalisation: x in, y and scale out; backward four in, one out. A
// power is counted as one operation.
#include "kernels/lrn/lrn.h"

namespace gs {

template <class T>
Cost cost(LrnForward<T>, const Lrn& p) {
  return {.flops = double(p.size()) * (2.0 * p.window + 4), .bytes = (2.0 * sizeof(T) + 4) * double(p.size())};
}
template <class T>
Cost cost(LrnBackward<T>, const Lrn& p) {
  return {.flops = double(p.size()) * (3.0 * p.window + 5), .bytes = (4.0 * sizeof(T) + 4) * double(p.size())};
}

template Cost cost(LrnForward<float>, const Lrn&);
template Cost cost(LrnForward<bf16>, const Lrn&);
template Cost cost(LrnBackward<float>, const Lrn&);
template Cost cost(LrnBackward<bf16>, const Lrn&);

}  // namespace gs
