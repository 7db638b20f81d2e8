// instructions_profile.h - the profile of a step whose kernels are interpreted: instructions instead of times.
#pragma once
#include <functional>

#include "engine/profile/profile.h"
#include "engine/program/program.h"

namespace gs {

/// Runs one training step op by op and counts the instructions of nvcc's kernels; the bits are those of any training
/// step. `begin_epoch` begins an epoch and returns its number of steps. The source is TimeSource::instructions, all
/// times are 0. Ops of a library have no instructions, because only nvcc's kernels are interpreted. Throws Error if the
/// program interprets no kernels (instruction_counter.h).
Profile count_instructions(Program&, const std::function<int()>& begin_epoch);

}  // namespace gs
