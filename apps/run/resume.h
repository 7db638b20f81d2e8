// resume.h - resuming a run: its flags, and its state.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "apps/cli/words.h"
#include "apps/kernel/kernel_flag.h"
#include "engine/data/dataset.h"
#include "engine/net/recipe.h"
#include "engine/program/program.h"
#include "engine/train/run_record.h"
#include "engine/train/trainer.h"

namespace gs::apps {

/// The words and the data that start a run again.
struct RunRestart {
  Words words;           ///< the flags of its run.json, with those that are given and may change
  RunRecord::Data data;  ///< for read_again() of recorded_data.h; without the path of what a given flag names
};

/// The restart of the run in folder `run`. --data, --labels, --epochs, --patience, --threads, --device, --profile,
/// --quiet, --json-lines and --stop-after may be in `given`. Throws UsageError if another flag is given with --resume,
/// or if the folder holds no run.
RunRestart restart_of(const std::string& run, const std::map<std::string, std::string>& given);

/// The work of a run before it stopped, and its run.json.
struct Earlier {
  std::vector<EpochResult> history;
  PartialEpoch partial;                  ///< of the next epoch
  std::string first_epoch;               ///< Checkpoint::first_epoch
  std::vector<float> validation_logits;  ///< one set an epoch, if the run keeps them
  RunRecord record;
};

/// A line for each file of --kernel that is no longer the one that the run began with.
std::vector<std::string> changed_kernels(const RunKernels&, const RunRecord&);

/// A line if another --epochs changes the learning rate of a cosine schedule: the rate of the last epoch that is done,
/// and that of the next. Empty if it does not.
std::string jump_of_rate(const RunRecord& before, const Recipe& now, int epochs_done);

/// True if val_loss has not improved for `patience` epochs; never with a patience of 0.
bool stops_early(const std::vector<EpochResult>& history, int patience);

/// Restores the program from last.safetensors of `run` and returns the work up to there; none if the run was stopped
/// before it wrote that. Throws UsageError if the run has finished and has `program.recipe().epochs` epochs or was
/// stopped early, gs::Error if its files do not fit or it was trained on other data.
Earlier resume(Program&, const std::string& run, int patience, const DataSplits&);

}  // namespace gs::apps
