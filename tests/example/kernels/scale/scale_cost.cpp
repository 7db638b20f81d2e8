// scale_cost.cpp - the least work of y = a x: a value in, a value out.
#include "kernels/scale/scale.h"

namespace gs {

template <class T>
Cost cost(Scale<T>, const Scaling& p) {
  return {.flops = double(p.size), .bytes = 2.0 * sizeof(T) * double(p.size)};
}
template Cost cost(Scale<float>, const Scaling&);
template Cost cost(Scale<bf16>, const Scaling&);

}  // namespace gs
