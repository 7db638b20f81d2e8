// profile_parts.h - builds the parts of a profile.
#pragma once
#include "engine/profile/sampled_step.h"
#include "engine/program/program.h"

namespace gs {

/// The fields that are known before a step has run.
Profile described(const Program&, const Peaks&);

/// Median over the steps of each thread's time in an op; empty if no step has thread times.
std::vector<double> median_thread_times(const std::vector<SampledStep>&, std::size_t op);

/// One row per kernel and geometry of the listed launches, without times.
std::vector<ProfiledKernel> listed_kernels(const std::vector<KernelLaunch>&);

/// Indices of at most `count` steps whose wall times are nearest to `median_us`, ascending.
std::vector<std::size_t> most_typical(const std::vector<SampledStep>&, double median_us, int count);

}  // namespace gs
