// tuner.h - times the implementations of a step on its real shapes, on the device, and keeps the fastest.
//
// The choice of the default table stays unless another one wins by more than the spread: its third quartile must lie
// below the first quartile of the default's. A candidate that does not run, that writes what is not finite or that has
// other results than a reference is refused; if that is the default, the next one takes its place. The reference is the
// last of the project's own variants, which is the plainest: it needs no library to be right.
#pragma once
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "engine/calls/call_node.h"
#include "engine/device/device.h"
#include "engine/program/tuning_cache.h"

namespace gs {

/// Microseconds since some moment.
using Stopwatch = std::function<double()>;
double microseconds_by_the_clock();

/// What was found for one step of a program.
struct TunedCall {
  std::string step, problem;
  TuningResult result;
  bool was_known = false;  ///< read from the cache, not measured now
};

class Tuner {
 public:
  Tuner(Device& device, TuningCache& cache, Stopwatch now = microseconds_by_the_clock)
      : device_(device), cache_(cache), now_(std::move(now)) {}

  /// The index of the candidate to use. `candidates` begins with the default table's choice, and own variants come
  /// from the top of their ladder down; `step` names the tensors that the call reads and writes, all of them numbers;
  /// their real content and place do not matter. Throws gs::Error when no candidate can be used, and when one has left
  /// the device unusable, as an illegal access does on a GPU: nothing could be said of the others.
  std::size_t choose(const std::string& problem, const OpCall& step, const std::vector<Tensor>& tensors,
                     const std::vector<Candidate>& candidates);

  const std::vector<TunedCall>& steps() const { return steps_; }

 private:
  TuningResult measure(const std::string& problem, const OpCall&, const std::vector<Tensor>&,
                       const std::vector<Candidate>&);

  Device& device_;
  TuningCache& cache_;
  Stopwatch now_;
  std::vector<TunedCall> steps_;
};

}  // namespace gs
