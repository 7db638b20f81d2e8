// gather_cost.cpp - the least work of batch assembly: a byte in and a value out; a label and an index per row.
#include "kernels/gather/gather.h"

namespace gs {

template <class T>
Cost cost(GatherBatch<T>, const Gather& p) {
  const double values = double(p.n) * double(p.image_size);
  return {.flops = values, .bytes = values * (1 + sizeof(T)) + p.n * (4.0 + 4 + 4)};
}

template <class T>
Cost cost(GatherAugmented<T>, const AugmentedGather& p) {
  Cost plain = cost(GatherBatch<T>{}, Gather{p.n, std::int64_t(p.h) * p.w * p.c});
  plain.flops *= 10;  // bilinear 8, brightness, scale; the rotation of coordinates is shared by the channels
  return plain;
}

template Cost cost(GatherBatch<float>, const Gather&);
template Cost cost(GatherBatch<bf16>, const Gather&);
template Cost cost(GatherAugmented<float>, const AugmentedGather&);
template Cost cost(GatherAugmented<bf16>, const AugmentedGather&);

}  // namespace gs
