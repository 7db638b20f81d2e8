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

#include "engine/device/device.h"
#include "engine/program/plan.h"
#include "engine/program/tuning_cache.h"

namespace gs {

/// An implementation bound to the arguments of one step.
struct TuningCandidate {
  std::string name;
  std::size_t workspace_bytes = 0;
  std::function<void(const Addresses&, void* workspace, stream_t)> run;
  bool own = false;  ///< nothing but kernels of the project
};

/// Microseconds since some moment.
using Stopwatch = std::function<double()>;
double microseconds_by_the_clock();

/// What was found for one step of a program.
struct TunedStep {
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
  std::size_t choose(const std::string& problem, const Step& step, const std::vector<Tensor>& tensors,
                     const std::vector<TuningCandidate>& candidates);

  const std::vector<TunedStep>& steps() const { return steps_; }

 private:
  TuningResult measure(const std::string& problem, const Step&, const std::vector<Tensor>&,
                       const std::vector<TuningCandidate>&);

  Device& device_;
  TuningCache& cache_;
  Stopwatch now_;
  std::vector<TunedStep> steps_;
};

}  // namespace gs
