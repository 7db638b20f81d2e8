// profiler.h - measures where the time of a program's training steps goes, without changing what they compute.
#pragma once
#include <functional>
#include <memory>
#include <string>

#include "engine/profile/profile.h"
#include "engine/program/program.h"

namespace gs {

/// Where the roof of a profile comes from.
enum class RoofSource {
  now,     ///< measured here, in under 2 s, and stored for later
  cached,  ///< what an earlier profile of this machine stored
  none,    ///< all rates 0: where nothing is compared with them
};

struct ProfileRequest {
  int steps = 30;                     ///< to be sampled by measure()
  int timeline_steps = 3;             ///< of them: kept event by event, those nearest to the median wall time
  RoofSource roof = RoofSource::now;  ///< on `sim` there is none
  bool graph = true;  ///< false: steps run call by call, in ranges of their names, and no graph is captured
};

/// Begins an epoch (Program::begin_training_epoch and what belongs to it) and returns how many steps it has, at
/// least 1.
using BeginEpoch = std::function<int()>;

/// Samples steps of a program that trains. Its sampled steps take the place of Program::train_steps(1): they compute
/// the same bits. Between them a training may run as it likes.
///
/// On `cuda` the training step is captured anew when the profiler begins: kernels are told apart by the call that
/// captured them. Where none was captured yet, the first sampled step only does that, and does not count.
class Profiler {
 public:
  /// Gets the roof. Throws UsageError where a cached one was asked for and none is stored for this machine.
  explicit Profiler(Program&, const ProfileRequest& = {});
  ~Profiler();
  Profiler(const Profiler&) = delete;
  Profiler& operator=(const Profiler&) = delete;

  /// One training step of the epoch that has begun, sampled (on `cuda` with the exception above). Waits for what was
  /// enqueued before, and for its own end.
  void sampled_step();
  /// At most `wanted` training steps, at least one, timed as a whole as no one looks into them; returns how many ran.
  /// The sampled steps are compared with these. Waits likewise.
  int unwatched_steps(int wanted);

  int sampled() const;  ///< how many steps so far

  /// All that is known now: at least one step must have been sampled. `flags` is empty, and `model` is the net's name:
  /// both are the caller's to fill.
  Profile profile() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Warms up, then samples request.steps steps, and after each runs unwatched ones; begins epochs as they are needed.
/// The weights afterwards are those of a training that ran as many steps.
Profile measure(Program&, const ProfileRequest&, const BeginEpoch&);

}  // namespace gs
