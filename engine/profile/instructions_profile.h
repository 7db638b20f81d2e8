// instructions_profile.h - the profile of a step whose kernels are interpreted: instructions instead of times.
#pragma once
#include <functional>

#include "engine/profile/profile.h"
#include "engine/program/program.h"

namespace gs {

/// One training step, run op by op, with the instructions that nvcc's kernels execute in it counted; a step of the
/// training like any other. `begin_epoch` begins an epoch and returns how many steps it has. The profile's source is
/// TimeSource::instructions and its times are 0. An op that a library computes has no instructions: its kernels are not
/// nvcc's. Throws Error where the program interprets no kernels (instruction_counter.h).
Profile count_instructions(Program&, const std::function<int()>& begin_epoch);

}  // namespace gs
