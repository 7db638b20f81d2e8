// sampled_step.h - one step as it was measured, on one clock, and the sums and lanes that follow from it: plain data.
#pragma once
#include <vector>

#include "engine/profile/profile.h"

namespace gs {

/// A stretch of time that an op or one of its kernels took.
struct Stretch {
  int op = -1;                      ///< index in the list of steps; -1: nobody knows whose it is
  int kernel = -1;                  ///< index in a table of kernels that is kept elsewhere; -1: the op itself
  double start_us = 0, end_us = 0;  ///< since the step began
};

struct SampledStep {
  double wall_us = 0;
  std::vector<Stretch> stretches;              ///< in any order
  std::vector<std::vector<double>> thread_us;  ///< by op; empty where nothing is known of threads
};

/// The parts of one step's wall time. What belongs to no op is the remainder; all parts are >= 0, and they add up to
/// the wall time whatever the stretches are.
TimeSums sums_of(const SampledStep&);

/// The median of each part over the steps. The remainder takes up what medians of parts lack of the median of the
/// whole.
TimeSums median_sums(const std::vector<SampledStep>&);

/// The time of each of `ops` ops in one step: the sum of its stretches.
std::vector<double> op_times(const SampledStep&, int ops);

/// The step for a timeline, in the order of time: stretches that overlap get different lanes, each the lowest one that
/// is free. `kernel_names` is indexed by Stretch::kernel. Stretches of no op are left out.
TimelineStep timeline_of(const SampledStep&, const std::vector<std::string>& kernel_names);

/// Median, tenth and ninetieth percentile, in proportion between neighbours. Zeros for no values.
Spread spread_of(std::vector<double> values);

}  // namespace gs
