// tuning_race.h - the autotuner's clock: the candidates of a step, timed in turns.
//
// A measurement is one launch of a captured sequence of calls, and has the same number of calls whichever candidate it
// is of: so what a launch itself takes counts alike for all. First launches, which load modules and copy graphs, are
// not measured.
#pragma once
#include <functional>
#include <memory>
#include <vector>

#include "engine/program/tuning_check.h"

namespace gs {

/// One candidate in the race.
struct TuningRunner {
  const Candidate* candidate;
  std::size_t index;         ///< among all candidates
  std::vector<double> us{};  ///< of a call, one per measurement
  int calls = 0;             ///< in a measurement
  std::unique_ptr<Replay> replay{};
};

/// Does what() for the candidate of that index; false when it failed.
using TuningAttempt = std::function<bool(std::size_t, const std::function<void()>& what)>;

/// Times the runners, the default first, and drops those that fail. One that is hopelessly slow by the first few
/// launches of a single call is timed by those alone, unless it is the default.
void race(std::vector<TuningRunner>& runners, Device&, const TuningScratch&, const Stopwatch&, const TuningAttempt&);

}  // namespace gs
