// tuning_race.h - times the candidates of an op call in turns.
//
// A measurement is one launch of a captured sequence of calls. The number of calls is equal for all candidates, so that
// launch overhead counts alike. First launches, which load modules and copy graphs, are not measured.
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
  std::vector<double> us{};  ///< per call, one entry per measurement
  int calls = 0;             ///< per measurement
  std::unique_ptr<Replay> replay{};
};

/// Runs what() for the candidate with that index; false if it failed.
using TuningAttempt = std::function<bool(std::size_t, const std::function<void()>& what)>;

/// Times the runners, the default first, and drops those that fail. A runner more than 3 times as slow as the fastest
/// in the first few launches gets no further measurements, unless it is the default.
void race(std::vector<TuningRunner>& runners, Device&, const TuningScratch&, const Stopwatch&, const TuningAttempt&);

}  // namespace gs
