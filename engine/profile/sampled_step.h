// sampled_step.h - the times of one sampled step, on one clock, and the sums and lanes computed from them.
#pragma once
#include <vector>

#include "engine/profile/profile.h"

namespace gs {

/// Time interval of an op or of one of its kernels.
struct Stretch {
  int op = -1;                      ///< index in the training step's calls; -1: unknown
  int kernel = -1;                  ///< row of a KernelTable; -1: the op itself
  double start_us = 0, end_us = 0;  ///< since the start of the step
};

struct SampledStep {
  double wall_us = 0;
  std::vector<Stretch> stretches;              ///< in any order
  std::vector<std::vector<double>> thread_us;  ///< by op, then thread; empty if unknown
};

/// The parts of one step's wall time. Time of unknown ops is the remainder; all parts are >= 0 and add up to the wall
/// time.
TimeSums sums_of(const SampledStep&);

/// Median of each part over the steps. The remainder is the median step minus the parts' medians, plus the time of
/// unknown ops.
TimeSums median_sums(const std::vector<SampledStep>&);

/// Time of each of `ops` ops in one step: the sum of its stretches.
std::vector<double> op_times(const SampledStep&, int ops);

/// Timeline of the step, by start time. Overlapping stretches get different lanes, each the lowest free one.
/// `kernel_names` is indexed by Stretch::kernel. Stretches of unknown ops are left out.
TimelineStep timeline_of(const SampledStep&, const std::vector<std::string>& kernel_names);

/// Median, p10 and p90, linearly interpolated. Zeros without values.
Spread spread_of(std::vector<double> values);

}  // namespace gs
