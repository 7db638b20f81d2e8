// scale_cost.cpp - minimum cost of y = a x: one operation, one value read and one written per element.
#include "kernels/scale/scale.h"

namespace gs {

template <class T>
Cost cost(Scale<T>, const Scaling& p) {
  return {.flops = double(p.size), .bytes = 2.0 * sizeof(T) * double(p.size)};
}
template Cost cost(Scale<float>, const Scaling&);
template Cost cost(Scale<bf16>, const Scaling&);

}  // namespace gs
