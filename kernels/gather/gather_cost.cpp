// gather_cost.cpp - the least work of batch assembly: a byte in and a float out per value, a label and an index per
// row.
#include "kernels/gather/gather.h"

namespace gs {

Cost cost(GatherBatch, const Gather& p) {
  const double values = double(p.n) * double(p.image_size);
  return {.flops = values, .bytes = values * (1 + 4) + p.n * (4.0 + 4 + 4)};
}

Cost cost(GatherAugmented, const AugmentedGather& p) {
  Cost plain = cost(GatherBatch{}, Gather{p.n, std::int64_t(p.h) * p.w * p.c});
  plain.flops *= 10;  // bilinear 8, brightness, scale; the turning of coordinates is shared by the channels
  return plain;
}

}  // namespace gs
