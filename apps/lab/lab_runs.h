// lab_runs.h - the training runs of a lab: their folders, and training those that are not done yet.
#pragma once
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "apps/lab/plan.h"
#include "apps/run/kept_run.h"
#include "engine/train/run_directory.h"

namespace gs::apps {

/// A run of the lab with one seed, in its folder.
struct LabRun {
  PlannedRun plan;
  int seed = 1;
  std::filesystem::path folder;
};

/// The folder of a run with a seed, below the lab's: "runs/alexnet-8-b4-lr1e-05-sgd-seed2".
std::filesystem::path folder_of(const std::filesystem::path& lab, const PlannedRun&, int seed);

/// Every run to train, with seeds 1 .. seeds.
std::vector<LabRun> lab_runs(const LabPlan&, const std::filesystem::path& lab, int seeds);

/// The runs that are repeated alone for a few epochs, because a task asks for the time of an epoch.
std::vector<LabRun> timing_runs(const LabPlan&, const std::filesystem::path& lab);

/// The folder of the timing run of `run`.
std::filesystem::path timing_folder_of(const std::filesystem::path& lab, const PlannedRun&);

/// The run as a kept run: its words for `train` with the `common` flags, its epochs, its folder.
KeptRun kept(const LabRun&, const Words& common);

/// Trains it in its folder, which is claimed, or resumes it if it was stopped. Returns train's exit status. `label`:
/// prefix of the live line.
int train_lab_run(const KeptRun&, RunDirectory& folder, bool quiet, const std::string& label);

/// Training steps of a run on `images` training images. Throws UsageError if its flags are invalid.
std::int64_t steps_of(const PlannedRun&, std::int64_t images);

}  // namespace gs::apps
