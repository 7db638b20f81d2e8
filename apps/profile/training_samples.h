// training_samples.h - `train --profile`: a few steps of every epoch are looked into while the run goes on.
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>

#include "apps/run/train_options.h"
#include "engine/profile/profiler.h"

namespace gs::apps {

/// Samples three steps of each epoch, at its quarters, and times the one after each as a whole. The bits of the run are
/// those without it. The roof is the stored one of this machine; where there is none it is measured, in under 2 s.
class TrainingSamples {
 public:
  TrainingSamples(Program&, const TrainOptions&);

  /// In place of Program::train_steps (TrainerCallbacks::train_steps).
  int train_steps(std::uint32_t step, std::uint32_t steps, int wanted);

  /// Writes profile.json, trace.json and profile.html, and returns true; nothing where no step was sampled, as in
  /// epochs of one step, which is a diagnostic one. `command`: that started the run, for the record.
  bool write(const std::filesystem::path& folder, const Words& command) const;

 private:
  Program& program_;
  std::string model_;
  int base_;
  Profiler profiler_;
  std::uint32_t next_ = 0;  ///< of the epoch's samples: how many there were
};

}  // namespace gs::apps
