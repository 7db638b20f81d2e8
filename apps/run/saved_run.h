// saved_run.h - the network that a run has trained, opened for use by eval, predict, profile and the report.
#pragma once
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "apps/run/train_options.h"
#include "engine/net/net.h"
#include "engine/net/recipe.h"
#include "engine/train/run_record.h"
#include "engine/train/trainer.h"

namespace gs::apps {

struct SavedRun {
  std::filesystem::path folder;
  RunRecord record;      ///< run.json
  TrainOptions options;  ///< from the flags that it was started with; the data by read_again()
  LossKind loss = LossKind::bce;
  Net net;
  std::vector<std::string> labels;  ///< class names by label; in one-logit losses label 1 is the positive class
  int epoch = 0;                    ///< epoch of `parameters`
  std::vector<float> parameters;

  /// True if the loss turns logits into probabilities: false for the hinge losses.
  bool probabilistic() const { return loss == LossKind::bce || loss == LossKind::softmax; }
};

/// Reads run.json and `weights` ("best" or "last") of a run's folder; no image is loaded. Throws UsageError if the
/// folder holds no run, gs::Error if its files do not fit.
SavedRun open_saved_run(const std::filesystem::path& folder, const std::string& weights = "best");

/// True if `device` and `precision` (as the flags say them) are not those that the run was trained with. Its table of
/// implementations is not valid then.
bool elsewhere(const SavedRun&, const std::string& device, const std::optional<std::string>& precision);

/// The recipe that it was trained with; batch and class weights matter in evaluation, too.
Recipe saved_recipe(const SavedRun&, Precision);

/// Evaluates the network on images, on `device`: "auto", "cuda", "cpu" or "sim". The run's own validation images give
/// the numbers of its history.csv. Uses the run's implementations; on another device or in another precision, the
/// default table.
Evaluation evaluate_saved(const SavedRun&, Dataset, const std::string& device, int threads = 0);

}  // namespace gs::apps
