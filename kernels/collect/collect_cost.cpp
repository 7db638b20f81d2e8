// collect_cost.cpp - the least work of collecting: a logit in, a float out.
#include "kernels/collect/collect.h"

namespace gs {

template <class T>
Cost cost(CollectRows<T>, const Collect& p) {
  return {.flops = 0, .bytes = double(sizeof(T) + sizeof(float)) * p.n * p.columns};
}

template Cost cost(CollectRows<float>, const Collect&);
template Cost cost(CollectRows<bf16>, const Collect&);

}  // namespace gs
