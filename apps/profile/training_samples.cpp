// training_samples.cpp - `train --profile`: chooses the steps to sample.
#include <algorithm>

#include "apps/profile/profile_files.h"
#include "apps/profile/sampling.h"
#include "apps/run/step_samples.h"
#include "engine/profile/measure_peaks.h"
#include "engine/profile/profiler.h"
#include "models/models.h"

namespace gs::apps {
namespace {

constexpr std::uint32_t samples_an_epoch = 3;

PeaksSource peaks_for(Program& program) {
  const auto file = peaks_file();
  return file && stored_peaks(*file, program.device().description()) ? PeaksSource::cached : PeaksSource::now;
}

class TrainingSamples : public StepSamples {
 public:
  TrainingSamples(Program& program, const TrainOptions& o)
      : program_(program),
        model_(o.model),
        base_(o.base.value_or(find_model(o.model).default_base)),
        profiler_(program, {.peaks = peaks_for(program)}) {}

  int train_steps(std::uint32_t step, std::uint32_t steps, int wanted) override {
    if (step <= 1) next_ = 0;  // an epoch has begun; its first step may be a diagnostic one
    const std::uint32_t at = std::max(1u, (next_ + 1) * steps / (samples_an_epoch + 1));
    if (next_ == samples_an_epoch) return program_.train_steps(wanted);
    if (step < at) return program_.train_steps(std::min(wanted, int(at - step)));
    ++next_;
    profiler_.sampled_step();
    const int together = std::min(wanted - 1, program_.device().most_steps_per_replay());
    return 1 + (together > 0 ? profiler_.unwatched_steps(together) : 0);
  }

  bool write(const std::filesystem::path& folder, const Words& command) const override {
    if (profiler_.sampled() == 0) return false;
    Profile profile = profiler_.profile();
    complete(profile, model_, base_, program_);
    profile.flags = command;
    write_profile_files(folder, profile);
    return true;
  }

 private:
  Program& program_;
  std::string model_;
  int base_;
  Profiler profiler_;
  std::uint32_t next_ = 0;  ///< number of samples in this epoch
};

}  // namespace

std::unique_ptr<StepSamples> sample_steps(Program& program, const TrainOptions& options) {
  return std::make_unique<TrainingSamples>(program, options);
}

}  // namespace gs::apps
