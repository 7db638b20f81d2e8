// tuner.h - times the implementations of a step on its real shapes, on the device, and keeps the fastest.
//
// The choice of the default table stays unless another one wins by more than the spread: its third quartile must lie
// below the first quartile of the default's. A candidate whose results are not those of the default's is refused.
#pragma once
#include <functional>
#include <string>
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
};

/// What was found for one step of a program.
struct TunedStep {
  std::string step, problem;
  TuningResult result;
  bool was_known = false;  ///< read from the cache, not measured now
};

class Tuner {
 public:
  Tuner(Device& device, TuningCache& cache) : device_(device), cache_(cache) {}

  /// The index of the candidate to use. `candidates` begins with the default table's choice; `step` names the tensors
  /// that the call reads and writes, all of them numbers; their real content and place do not matter.
  std::size_t choose(const std::string& problem, const Step& step, const std::vector<Tensor>& tensors,
                     const std::vector<TuningCandidate>& candidates);

  const std::vector<TunedStep>& steps() const { return steps_; }

 private:
  TuningResult measure(const Step&, const std::vector<Tensor>&, const std::vector<TuningCandidate>&);

  Device& device_;
  TuningCache& cache_;
  std::vector<TunedStep> steps_;
};

}  // namespace gs
