// step_samples.h - the interface of `train --profile`; profile/training_samples.cpp implements it.
#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>

#include "apps/run/train_options.h"
#include "engine/program/program.h"

namespace gs::apps {

class StepSamples {
 public:
  virtual ~StepSamples() = default;

  /// In place of Program::train_steps (TrainerCallbacks::train_steps).
  virtual int train_steps(std::uint32_t step, std::uint32_t steps, int wanted) = 0;

  /// Writes profile.json, trace.json and profile.html, and returns true; false if no step was sampled, as in epochs of
  /// one step, which is a diagnostic one. `command`: the command line of the run, for the record.
  virtual bool write(const std::filesystem::path& folder, const Words& command) const = 0;
};

/// Samples three steps of each epoch, at its quarters, and times the step after each as a whole. The bits of the run do
/// not change. The peaks are the stored ones of this machine; if there are none they are measured, in under 2 s.
/// Null in gridstride-train, which is linked without profiles.
[[gnu::weak]] std::unique_ptr<StepSamples> sample_steps(Program&, const TrainOptions&);

}  // namespace gs::apps
