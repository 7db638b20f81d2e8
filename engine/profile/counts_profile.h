// counts_profile.h - the profile of a step on `sim`: counts instead of times.
#pragma once
#include <functional>

#include "engine/profile/profile.h"
#include "engine/program/program.h"

namespace gs {

/// Runs one training step op by op and counts it; the bits are those of any training step. `begin_epoch` begins an
/// epoch (Program::begin_training_epoch and its inputs) and returns its number of steps. The source is
/// TimeSource::counts, all times are 0. Each op has its kernels and `counts`; if the kernels are not instrumented
/// (simulator::counts_memory) these are blocks, threads and barriers only, and source_note says so. Throws Error if the
/// device is not `sim`.
Profile count(Program&, const std::function<int()>& begin_epoch);

}  // namespace gs
