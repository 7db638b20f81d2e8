// advice.h - what would make a step faster, computed from its profile: the largest possible saving first.
#pragma once
#include <string>
#include <vector>

#include "engine/profile/profile.h"

namespace gs {

/// One way to spend less. `text` is a sentence that names the op, what is lost, and what could be done.
struct Advice {
  std::string what;      ///< the op, or "latency", "gaps", "host time"
  double saving_us = 0;  ///< of a step, at the very most; sim: 0
  double share = 0;      ///< of the step's wall time; sim: of all sectors or turns
  std::string text;
};

/// At most `most` entries; each saving is what the profile itself would lose if that entry alone came true:
///   an op whose kernel is far from the roof     median - roof
///   one whose threads are not equally busy      the slowest thread - their mean
///   one that only moves data (under 1 operation a byte): its whole time, for it could be part of a neighbour
///   one for which the tuner knows a faster implementation: of the op's time the share by which that was faster, for
///                                               the tuner measured each alone, at another time
///   ops bound by latency, together              half of their time, which a batch twice as large would share out
///   gaps, host time                             all of it
/// Of the entries about one op the largest counts. In a profile of the simulator: the sectors beyond what each
/// request's bytes fill, and shared memory's extra turns. Savings below 0.5 % of the step are not worth a line.
std::vector<Advice> advice(const Profile&, std::size_t most = 3);

}  // namespace gs
