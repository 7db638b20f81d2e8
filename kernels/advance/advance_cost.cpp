// advance_cost.cpp - the least work of the advance kernel: one state is read, two are written.
#include "kernels/advance/advance.h"

namespace gs {

Cost cost(AdvanceStep, const Advance& p) {
  return {.flops = p.training ? 2.0 : 0.0, .bytes = 3.0 * sizeof(StepState)};
}

}  // namespace gs
