// lrn_cost.cpp - the least work of local response normalisation: x in, y out; backward dy and x in, dx out. A power is
// counted as one operation; backward computes scale once more.
#include "kernels/lrn/lrn.h"

namespace gs {

template <class T>
Cost cost(LrnForward<T>, const Lrn& p) {
  return {.flops = double(p.size()) * (2.0 * p.window + 4), .bytes = 2.0 * sizeof(T) * double(p.size())};
}
template <class T>
Cost cost(LrnBackward<T>, const Lrn& p) {
  return {.flops = double(p.size()) * (5.0 * p.window + 8), .bytes = 3.0 * sizeof(T) * double(p.size())};
}

template Cost cost(LrnForward<float>, const Lrn&);
template Cost cost(LrnForward<bf16>, const Lrn&);
template Cost cost(LrnBackward<float>, const Lrn&);
template Cost cost(LrnBackward<bf16>, const Lrn&);

}  // namespace gs
