// lab_runs.h - the training runs of a lab: their folders, and doing those that are not done yet.
#pragma once
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "apps/lab/plan.h"
#include "apps/run/kept_run.h"

namespace gs::apps {

/// A run of the lab with one seed, in its folder.
struct LabRun {
  PlannedRun plan;
  int seed = 1;
  std::filesystem::path folder;
};

/// Where the run of `plan` and `seed` is kept below the lab's folder: "runs/alexnet-8-b4-lr1e-05-sgd-seed2".
std::filesystem::path folder_of(const std::filesystem::path& lab, const PlannedRun&, int seed);

/// Every run to train, with seeds 1 .. seeds.
std::vector<LabRun> lab_runs(const LabPlan&, const std::filesystem::path& lab, int seeds);

/// The runs that are done again, alone and for a few epochs, because a task asks how long an epoch takes.
std::vector<LabRun> timing_runs(const LabPlan&, const std::filesystem::path& lab);

/// Where those of `run` are kept.
std::filesystem::path timing_folder_of(const std::filesystem::path& lab, const PlannedRun&);

/// The run as it is kept: its words for `train` with the `common` flags, its epochs, its folder.
KeptRun kept(const LabRun&, const Words& common);

/// Is the run done, as planned and with `common` flags (data, device)?
bool is_done(const LabRun&, const Words& common);

/// Trains it, or goes on where it was stopped. Returns train's exit status. `label` stands before the live line.
int train_lab_run(const LabRun&, const Words& common, bool quiet, const std::string& label);

/// Training steps of a run on `images` training images.
std::int64_t steps_of(const PlannedRun&, std::int64_t images);

}  // namespace gs::apps
