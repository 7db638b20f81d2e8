// advice.h - possible savings of a step, computed from its profile, largest first.
#pragma once
#include <string>
#include <vector>

#include "engine/profile/profile.h"

namespace gs {

/// One possible saving. `text` is a sentence with the op, the lost time and a remedy.
struct Advice {
  std::string what;      ///< the op, or "latency", "gaps", "host time"
  double saving_us = 0;  ///< upper bound, per step; sim: 0
  double share = 0;      ///< of the step's wall time; sim: of the step's sectors or shared-memory turns
  std::string text;
};

/// At most `most` entries, of each op the largest. Each saving assumes that this entry alone is realised:
///   op below the peak                   median - time at the peak
///   op with unequal threads             slowest thread - mean of the threads
///   op that only moves data             median: it could be fused into a neighbour (below 1 operation per byte)
///   op with a faster candidate          median * (1 - candidate / chosen), both as the tuner measured them alone
///   latency-bound ops, together         half of their time, because twice the batch halves it per image
///   gaps, host time                     all of it
/// On `sim`: sectors in excess of the requests' bytes, and bank conflicts. Entries below 0.5 % of the step are left
/// out.
std::vector<Advice> advice(const Profile&, std::size_t most = 3);

}  // namespace gs
