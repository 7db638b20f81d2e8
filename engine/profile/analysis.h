// analysis.h - what follows from a profile by arithmetic: shares, rates, the distance to the roof, what bounds an op.
#pragma once
#include <string_view>

#include "engine/profile/profile.h"

namespace gs {

/// What an op's time cannot fall below, on this machine, however its kernel is written.
enum class Bound {
  unknown,     ///< no roof was measured, or the op was not timed
  bytes,       ///< what it must move, at the rate of a large copy
  arithmetic,  ///< its operations, at the rate of its precision
  latency,     ///< there is too little work for either: starting it is what takes the time
};
std::string_view to_string(Bound);

/// One op against the machine. A value that cannot be computed is 0.
struct OpAnalysis {
  double share = 0;          ///< of the step's wall time
  double flops_per_s = 0;    ///< cost.flops / median
  double bytes_per_s = 0;    ///< cost.bytes / median: bytes that must move, not those that did
  double intensity = 0;      ///< operations a byte
  double bytes_us = 0;       ///< cost.bytes at the copy's rate
  double arithmetic_us = 0;  ///< cost.flops at the rate of its precision
  double roof_us = 0;        ///< the larger of the two: the least time
  double roof_share = 0;     ///< roof_us / median; above 1 where the data was in a cache, which is faster than a copy
  double imbalance_us = 0;   ///< by how much the slowest thread works longer than the mean of all
  double threads_busy = 0;   ///< mean of the threads' times / the slowest's: 1 where all work equally long
  Bound bound = Bound::unknown;
};
OpAnalysis analyse(const Profile&, const OpProfile&);

/// Operations a second that the roof allows `op`: the tensor cores' rate for the profile's precision where the op is
/// known to use them and that rate was measured, else fp32's.
double flops_rate(const Profile&, const OpProfile&);

/// Microseconds from one kernel to the next that depends on it, in the way the profile ran: inside a graph, else in the
/// stream; on a device without such a measurement 1 us, about what it takes to hand a loop to waiting threads.
double launch_us(const Profile&);

/// The rule for Bound::latency: the work at the roof takes less than the op's launches; or the op takes less than ten
/// times its launches and reaches less than a quarter of the roof.
bool bound_by_latency(double roof_us, double median_us, double launches_us);

/// Is the difference of two measurements more than their spread? Each median lies outside the other's tenth and
/// ninetieth percentile.
bool beyond_spread(const Spread&, const Spread&);

}  // namespace gs
