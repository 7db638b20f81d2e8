// profiler.h - profiles a program's training steps without changing their bits.
#pragma once
#include <functional>
#include <memory>
#include <string>

#include "engine/profile/profile.h"
#include "engine/program/program.h"

namespace gs {

/// Source of a profile's peaks.
enum class PeaksSource {
  now,     ///< measured now, in under 2 s, and stored
  cached,  ///< stored by an earlier measurement on this machine
  none,    ///< all rates 0: nothing is compared with them
};

struct ProfileRequest {
  int steps = 30;          ///< number of steps that measure() samples
  int timeline_steps = 3;  ///< number of sampled steps in the timeline, those nearest to the median wall time
  PeaksSource peaks = PeaksSource::now;  ///< always none on `sim`
  bool graph = true;                     ///< false: no graph is captured; steps run call by call, each in an NVTX range
};

/// Begins an epoch (Program::begin_training_epoch and its inputs) and returns its number of steps, at least 1.
using BeginEpoch = std::function<int()>;

/// Samples steps of a training. A sampled step replaces Program::train_steps(1) and computes the same bits; other steps
/// may run in between.
///
/// On `cuda` the constructor has the training step captured again, because records are assigned to ops by the captured
/// call. If the step is not captured yet, sampled_step() runs and captures it but takes no sample.
class Profiler {
 public:
  /// Gets the peaks. Throws UsageError if cached ones are requested and none are stored for this machine.
  explicit Profiler(Program&, const ProfileRequest& = {});
  ~Profiler();
  Profiler(const Profiler&) = delete;
  Profiler& operator=(const Profiler&) = delete;

  /// Runs and samples one training step of the current epoch (for `cuda` see above). Synchronizes before and after.
  void sampled_step();
  /// Runs `wanted` >= 1 uninstrumented training steps, timed as a whole, to compare the sampled steps with;
  /// returns their number. Synchronizes before and after.
  int unwatched_steps(int wanted);

  int sampled() const;  ///< number of samples so far

  /// The profile of the samples so far, at least one. `flags` is empty and `model` is the net's name; the caller may
  /// set both.
  Profile profile() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Warms up, then samples request.steps steps, with uninstrumented steps after each; begins epochs as needed. The
/// weights are those of a training with as many steps.
Profile measure(Program&, const ProfileRequest&, const BeginEpoch&);

}  // namespace gs
