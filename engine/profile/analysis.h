// analysis.h - computed from a profile: shares, rates, distance to the peaks, bounds of the ops.
#pragma once
#include <string>
#include <string_view>

#include "engine/profile/profile.h"

namespace gs {

/// One op compared with the peaks. Values that cannot be computed are 0.
struct OpAnalysis {
  double share = 0;          ///< of the step's wall time
  double flops_per_s = 0;    ///< cost.flops / median
  double bytes_per_s = 0;    ///< cost.bytes / median: required bytes, not the actual traffic
  double intensity = 0;      ///< operations per byte
  double bytes_us = 0;       ///< cost.bytes / copy bandwidth
  double arithmetic_us = 0;  ///< cost.flops / flops_rate()
  double kernels_us = 0;     ///< issue and latency of its kernels, if their instructions were counted (op_bound.h)
  double peak_us = 0;        ///< max(bytes_us, arithmetic_us, kernels_us): the least time
  double peak_share = 0;     ///< peak_us / median; above 1 if the data was in a cache
  double imbalance_us = 0;   ///< slowest thread - mean of the threads
  double threads_busy = 0;   ///< mean of the threads / slowest thread
  /// unknown: no peaks were measured, or the op was not timed; launch, latency: bound_by_latency()
  Bound bound = Bound::unknown;
};
OpAnalysis analyse(const Profile&, const OpProfile&);

/// Empty, or why the rate of operations in the profile's peaks cannot be the machine's: an op did more than 4.8
/// times of it. No cache explains that, and Winograd's convolution, which has up to 4 times fewer multiplications than
/// are counted, does not, either. Only on the CPU: a GPU's libraries save more.
std::string doubt_about_peaks(const Profile&);

/// Peak rate of `op` in operations per second: that of tensor cores in the profile's precision if the op is known to
/// use them and the rate was measured, else that of fp32.
double flops_rate(const Profile&, const OpProfile&);

/// Microseconds from one kernel to a dependent one, inside a graph if the profile ran one, else in the stream. 1 us if
/// it was not measured: about the time to hand a loop to waiting threads.
double launch_us(const Profile&);

/// True if median_us < 10 * launches_us and peak_us < median_us / 4: little work, and neither bytes nor operations
/// explain its time.
bool bound_by_latency(double peak_us, double median_us, double launches_us);

/// True if each median lies outside the other's p10 .. p90.
bool beyond_spread(const Spread&, const Spread&);

}  // namespace gs
