// gather_cost.cpp - the least work of batch assembly: a byte in and a value out, a label and an index per
// row.
#include "kernels/gather/gather.h"

namespace gs {

template <class T>
Cost cost(GatherBatchOf<T>, const Gather& p) {
  const double values = double(p.n) * double(p.image_size);
  return {.flops = values, .bytes = values * (1 + sizeof(T)) + p.n * (4.0 + 4 + 4)};
}

template <class T>
Cost cost(GatherAugmentedOf<T>, const AugmentedGather& p) {
  Cost plain = cost(GatherBatchOf<T>{}, Gather{p.n, std::int64_t(p.h) * p.w * p.c});
  plain.flops *= 10;  // bilinear 8, brightness, scale; the turning of coordinates is shared by the channels
  return plain;
}

template Cost cost(GatherBatchOf<float>, const Gather&);
template Cost cost(GatherBatchOf<bf16>, const Gather&);
template Cost cost(GatherAugmentedOf<float>, const AugmentedGather&);
template Cost cost(GatherAugmentedOf<bf16>, const AugmentedGather&);

}  // namespace gs
