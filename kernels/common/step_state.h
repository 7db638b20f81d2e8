// step_state.h - the state that changes each step. It is in device memory, so that a captured graph is never patched.
#pragma once
#include <cstdint>

#include "kernels/common/target.h"

namespace gs {

/// Written by the host at the start of an epoch, read by kernels of a step, advanced by the `advance step` op.
struct StepState {
  std::uint64_t seed = 0;       ///< the run's seed: the key of every random number
  std::uint64_t step = 0;       ///< optimizer steps done since the start of the run
  std::uint32_t epoch = 0;      ///< counted from 0
  std::uint32_t cursor = 0;     ///< the batch inside the epoch
  std::uint32_t batch = 0;      ///< rows of a full batch
  std::uint32_t samples = 0;    ///< images in the current split
  std::uint32_t ring_slot = 0;  ///< index of this step's metrics, counted from the start of the epoch
  std::uint32_t window = 0;     ///< images that memory holds at a time; 0: the whole split
  float learning_rate = 0;
  double beta1_power = 1;  ///< beta1^(step + 1), Adam's bias correction; a running product, so that no target needs pow
  double beta2_power = 1;

  /// Images in the current batch; its other rows are padding (the last batch of an epoch may be short).
  GS_BOTH std::uint32_t valid() const {
    const std::uint64_t done = std::uint64_t(cursor) * batch;
    const std::uint64_t left = done < samples ? samples - done : 0;
    return std::uint32_t(left < batch ? left : batch);
  }

  /// Position in the epoch's order of a row of the current batch.
  GS_BOTH std::uint32_t position(std::uint32_t row) const { return cursor * batch + row; }

  /// The place in memory of the pixels of `image`, whose position is given: its own, or one of a window's, which the
  /// images of later positions take in turn.
  GS_BOTH std::uint32_t place(std::uint32_t position, std::uint32_t image) const {
    return window == 0 ? image : position % window;
  }
};

}  // namespace gs
