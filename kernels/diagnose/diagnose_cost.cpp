// diagnose_cost.cpp - the least work of a diagnostic step and of the count: every value read once.
#include "kernels/diagnose/diagnose.h"

namespace gs {

template <class T>
Cost cost(CountActivity<T>, const Activity& p) {
  const double values = double(p.n) * double(p.places) * p.channels;
  return {.flops = 2 * values, .bytes = sizeof(T) * values + 8.0 * p.channels};
}
Cost cost(CopyValues, const Values& p) {
  return {.flops = 0, .bytes = 8.0 * double(p.size)};
}
Cost cost(MeasureUpdate, const Values& p) {
  return {.flops = 8.0 * double(p.size), .bytes = 12.0 * double(p.size) + 32};
}
Cost cost(CountBroken, const Values& p) {
  return {.flops = 2.0 * double(p.size), .bytes = 4.0 * double(p.size) + 4};
}

template Cost cost(CountActivity<float>, const Activity&);
template Cost cost(CountActivity<bf16>, const Activity&);

}  // namespace gs
