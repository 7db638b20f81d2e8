// step_state.h - what changes from step to step. It lives in device memory, so that a captured graph is never patched.
#pragma once
#include <cstdint>

#include "kernels/common/target.h"

namespace gs {

/// Written by the host at the start of an epoch, read by every kernel of a step, moved on by the `advance` kernel.
struct StepState {
  std::uint64_t seed = 0;       ///< the run's seed: the key of every random number
  std::uint64_t step = 0;       ///< optimizer steps done since the start of the run
  std::uint32_t epoch = 0;      ///< counted from 0
  std::uint32_t cursor = 0;     ///< the batch inside the epoch
  std::uint32_t batch = 0;      ///< rows of a full batch
  std::uint32_t samples = 0;    ///< images in the split that is being read
  std::uint32_t ring_slot = 0;  ///< where the metrics of this step go, counted since the start of the epoch
  float learning_rate = 0;
  double beta1_power = 1;  ///< beta1^(step + 1): Adam's bias correction, kept as a product so that no target needs pow
  double beta2_power = 1;

  /// Rows of the current batch that are images; the rest is padding (the last batch of an epoch may be short).
  GS_BOTH std::uint32_t valid() const {
    const std::uint64_t done = std::uint64_t(cursor) * batch;
    const std::uint64_t left = done < samples ? samples - done : 0;
    return std::uint32_t(left < batch ? left : batch);
  }
};

}  // namespace gs
