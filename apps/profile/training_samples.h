// training_samples.h - `train --profile`: samples a few steps of every epoch during the run.
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>

#include "apps/run/train_options.h"
#include "engine/profile/profiler.h"

namespace gs::apps {

/// Samples three steps of each epoch, at its quarters, and times the step after each as a whole. The bits of the run do
/// not change. The peaks are the stored ones of this machine; if there are none they are measured, in under 2 s.
class TrainingSamples {
 public:
  TrainingSamples(Program&, const TrainOptions&);

  /// In place of Program::train_steps (TrainerCallbacks::train_steps).
  int train_steps(std::uint32_t step, std::uint32_t steps, int wanted);

  /// Writes profile.json, trace.json and profile.html, and returns true; false if no step was sampled, as in epochs of
  /// one step, which is a diagnostic one. `command`: the command line of the run, for the record.
  bool write(const std::filesystem::path& folder, const Words& command) const;

 private:
  Program& program_;
  std::string model_;
  int base_;
  Profiler profiler_;
  std::uint32_t next_ = 0;  ///< number of samples in this epoch
};

}  // namespace gs::apps
