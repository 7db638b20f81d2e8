// instructions_profile.h - the profile of a step whose kernels are interpreted: instructions instead of times.
#pragma once
#include <functional>

#include "engine/profile/profile.h"
#include "engine/program/program.h"

namespace gs {

/// The counts and the launches of each call of a training step.
struct CountedStep {
  std::vector<InstructionCounts> counts;
  CountedCalls launches;
};

/// Runs one training step call by call. `begin_epoch` begins an epoch and returns its number of steps. Throws Error if
/// the program interprets no kernels (instruction_counter.h).
CountedStep counted_step(Program&, const std::function<int()>& begin_epoch);

/// The profile of a counted_step(), whose bits are those of any training step. The source is TimeSource::instructions,
/// all times are 0. Ops of a library have no instructions, because only nvcc's kernels are interpreted.
Profile count_instructions(Program&, const std::function<int()>& begin_epoch);

}  // namespace gs
