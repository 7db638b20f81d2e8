// metrics_entry.h - writes an entry of the metrics ring so that a polling host never sees a partial one.
#pragma once
#include "kernels/common/kernel.h"
#include "kernels/step/step.h"

namespace gs::GS_TARGET {

/// Writes the sums, makes them visible system-wide, then writes the stamp. To be called by one thread.
__device__ inline void write_entry(StepMetrics* ring, float loss_sum, float correct, const StepState& state,
                                   std::uint32_t capacity) {
  StepMetrics& entry = ring[state.ring_slot % capacity];
  entry.loss_sum = loss_sum;
  entry.correct = correct;
  entry.valid = state.valid();
  __threadfence_system();
  *static_cast<volatile std::uint32_t*>(&entry.stamp) = state.ring_slot + 1;
}

}  // namespace gs::GS_TARGET
