// partial_epoch.h - the first steps of an epoch, and what they have summed.
#pragma once
#include <cstdint>

namespace gs {

/// A part of an epoch: its first `steps` training steps and their sums. With the program's state it is what an epoch
/// goes on from.
struct PartialEpoch {
  std::uint32_t steps = 0;
  double loss_sum = 0, correct = 0;
  std::uint64_t images = 0;
  double seconds = 0;
};

}  // namespace gs
