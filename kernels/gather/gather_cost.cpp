// gather_cost.cpp - the least work of batch assembly: a byte in and a float out per value, a label and an index per
// row.
#include "kernels/gather/gather.h"

namespace gs {

Cost cost(GatherBatch, const Gather& p) {
  const double values = double(p.n) * double(p.image_size);
  return {.flops = values, .bytes = values * (1 + 4) + p.n * (4.0 + 4 + 4)};
}

}  // namespace gs
