// finished.h - finished runs as the report reads them: curves, and the logits of each validation image.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "engine/train/run_record.h"
#include "engine/train/trainer.h"
#include "kernels/loss/loss.h"

namespace gs::apps {

/// A run of one seed, up to an epoch.
struct FinishedRun {
  std::filesystem::path folder;
  RunRecord record;                  ///< run.json
  std::vector<EpochResult> history;  ///< the first epochs
  std::vector<double> seconds;       ///< per epoch: of `history`, or of epochs that were trained alone for timing
  std::vector<std::int32_t> labels;  ///< labels of the validation images
  Loss loss;                         ///< its kind and number of classes
  std::vector<float> logits;         ///< [epochs, images, outputs], or empty if the run did not keep them
  /// [images, outputs] of the epoch with the lowest val_loss among these; empty if the run did not keep them.
  std::vector<float> best_logits;
  bool whole = true;  ///< `history` holds all epochs of the run

  int epochs() const { return int(history.size()); }
  int best_epoch() const;  ///< counted from 1
  /// `best_logits`. Throws gs::Error if the run did not keep them.
  const std::vector<float>& logits_at_best() const;
};

/// Reads a run's folder and keeps its first `epochs` epochs (0: all). Throws UsageError if it
/// holds no run, gs::Error that names the file.
FinishedRun read_finished(const std::filesystem::path& folder, int epochs = 0);

/// The runs of all seeds of one planned run, under the name that a task gives it.
struct SeededRun {
  std::string name;
  std::vector<FinishedRun> seeds;  ///< one or more, all equally long

  int epochs() const { return seeds.front().epochs(); }
  /// Mean over the seeds of one column, an entry an epoch; of seconds, an entry a timed epoch.
  std::vector<double> curve(double EpochResult::*column) const;
};

/// The columns that checks and tables use: loss accuracy val_loss val_accuracy seconds. Null for another word.
double EpochResult::*column_of(const std::string& name);

}  // namespace gs::apps
