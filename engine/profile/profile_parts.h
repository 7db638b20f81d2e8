// profile_parts.h - the parts that a profile is put together from.
#pragma once
#include "engine/profile/sampled_step.h"
#include "engine/program/program.h"

namespace gs {

/// What of the record is known before a step has run.
Profile described(const Program&, const Roof&);

/// For each thread the median over the steps of its time in an op; empty where no step knows of threads.
std::vector<double> median_thread_times(const std::vector<SampledStep>&, std::size_t op);

/// Kernels as a device says that it would launch them: those that look the same in one row.
std::vector<ProfiledKernel> listed_kernels(const std::vector<KernelLaunch>&);

/// The steps whose wall time is nearest to `median_us`, at most `count`, in the order in which they ran.
std::vector<std::size_t> most_typical(const std::vector<SampledStep>&, double median_us, int count);

}  // namespace gs
