// saved_run.h - the network that a run has trained, opened to be used again: by eval, predict and the report's
// pictures.
#pragma once
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "apps/run/train_options.h"
#include "engine/net/net.h"
#include "engine/net/recipe.h"
#include "engine/train/trainer.h"

namespace gs::apps {

struct SavedRun {
  std::filesystem::path folder;
  nlohmann::json record;  ///< run.json
  TrainOptions options;   ///< the flags that it was started with
  LossKind loss = LossKind::bce;
  Net net;
  std::vector<std::string> labels;  ///< class names by label; in one-logit losses label 1 is the positive class
  int epoch = 0;                    ///< that the parameters are of
  std::vector<float> parameters;

  /// With a loss whose logits mean probabilities: not the hinge losses.
  bool probabilistic() const { return loss == LossKind::bce || loss == LossKind::softmax; }
};

/// Reads run.json and `weights` ("best" or "last") of a run's folder; no image is loaded. Throws UsageError when the
/// folder holds no run, gs::Error when its files do not fit.
SavedRun open_saved_run(const std::filesystem::path& folder, const std::string& weights = "best");

/// Would the run on `device`, in `precision` (as the flags say them), be on another device or in another precision than
/// it was trained in? Then its table of implementations, which is of those, does not hold.
bool elsewhere(const SavedRun&, const std::string& device, const std::optional<std::string>& precision);

/// The recipe that it was trained with; its batch and class weights count in evaluation too.
Recipe saved_recipe(const SavedRun&, Precision);

/// The network's opinion of every image, in evaluation mode, on `device`: "auto", "cuda", "cpu" or "sim". The run's own
/// validation images give the numbers of its history.csv. With its own implementations; on another device than it was
/// trained on, by the default table.
Evaluation evaluate_saved(const SavedRun&, const Dataset&, const std::string& device, int threads = 0);

}  // namespace gs::apps
