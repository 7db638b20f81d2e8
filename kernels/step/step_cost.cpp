// step_cost.cpp - the least work of the step's bookkeeping ops.
#include "kernels/step/step.h"

namespace gs {

/// One state is read, two are written.
Cost cost(AdvanceStep, const Advance& p) {
  return {.flops = p.training ? 2.0 : 0.0, .bytes = 3.0 * sizeof(StepState)};
}

/// A logit in, a float out.
template <class T>
Cost cost(StoreLogits<T>, const LogitRows& p) {
  return {.flops = 0, .bytes = double(sizeof(T) + sizeof(float)) * p.n * p.columns};
}
template Cost cost(StoreLogits<float>, const LogitRows&);
template Cost cost(StoreLogits<bf16>, const LogitRows&);

/// Two floats a row in, one entry out.
Cost cost(RecordMetrics, const Metrics& p) {
  return {.flops = 2.0 * p.n, .bytes = 8.0 * p.n + sizeof(StepState) + sizeof(StepMetrics)};
}

/// A state in, a word out.
Cost cost(ContinueEpoch, const EpochLoop&) {
  return {.flops = 0, .bytes = double(sizeof(StepState) + sizeof(unsigned))};
}

}  // namespace gs
