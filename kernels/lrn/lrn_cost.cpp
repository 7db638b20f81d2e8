// lrn_cost.cpp - the least work of local response normalisation: x in, y and scale out; backward four in, one out. A
// power is counted as one operation.
#include "kernels/lrn/lrn.h"

namespace gs {

Cost cost(LrnForward, const Lrn& p) {
  return {.flops = double(p.size()) * (2.0 * p.window + 4), .bytes = 12.0 * double(p.size())};
}
Cost cost(LrnBackward, const Lrn& p) {
  return {.flops = double(p.size()) * (3.0 * p.window + 5), .bytes = 20.0 * double(p.size())};
}

}  // namespace gs
