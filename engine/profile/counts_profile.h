// counts_profile.h - the profile of a step on `sim`: counts instead of times.
#pragma once
#include <functional>

#include "engine/profile/profile.h"
#include "engine/program/program.h"

namespace gs {

/// One training step, run op by op and counted; a step of the training like any other, with the same bits.
/// `begin_epoch` begins an epoch (Program::begin_training_epoch and what belongs to it) and returns how many steps it
/// has. The profile's source is TimeSource::counts and its times are 0. Each op has the kernels that it launched and
/// `counts`; in a program whose kernels are not instrumented (simulator::counts_memory) these are blocks, threads and
/// barriers, and the source's note says so. Throws Error where the device is not `sim`.
Profile count(Program&, const std::function<int()>& begin_epoch);

}  // namespace gs
