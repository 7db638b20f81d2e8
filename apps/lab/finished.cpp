// finished.cpp - run.json, history.csv and predictions.safetensors of a run, read together.
#include "apps/lab/finished.h"

#include <algorithm>

#include <fmt/format.h>

#include "engine/core/error.h"
#include "engine/train/run_directory.h"

namespace gs::apps {
namespace {

namespace fs = std::filesystem;

void read_predictions(const RunDirectory& directory, FinishedRun& run) {
  const SafeTensors file = directory.predictions();
  run.labels = file.at("labels").values<std::int32_t>();
  const std::size_t images = run.labels.size(), row = images * std::size_t(run.loss.classes);
  if (file.has("epochs.logits")) {
    run.logits = file.at("epochs.logits").values<float>();
    if (run.logits.size() < std::size_t(run.epochs()) * row)
      throw Error(fmt::format("{} holds fewer epochs than history.csv", file.source));
    run.logits.resize(std::size_t(run.epochs()) * row);
    const auto best = run.logits.begin() + std::ptrdiff_t(std::size_t(run.best_epoch() - 1) * row);
    run.best_logits.assign(best, best + std::ptrdiff_t(row));
  } else if (run.whole) {
    run.best_logits = file.at("best.logits").values<float>();
  }
}

}  // namespace

int FinishedRun::best_epoch() const {
  const auto best = std::min_element(history.begin(), history.end(),
                                     [](const auto& a, const auto& b) { return a.val_loss < b.val_loss; });
  return int(best - history.begin()) + 1;
}

FinishedRun read_finished(const fs::path& folder, int epochs) {
  FinishedRun run;
  run.folder = folder;
  const RunDirectory directory(folder);
  run.record = directory.record();
  if (!run.record.finished())
    throw Error(
        fmt::format("{} has not finished: 'gridstride train --resume {}' goes on", folder.string(), folder.string()));
  run.history = directory.history();
  if (run.history.empty()) throw Error(fmt::format("{}/history.csv has no epochs", folder.string()));
  if (epochs > int(run.history.size()))
    throw Error(
        fmt::format("{} has {} epochs, fewer than the {} asked for", folder.string(), run.history.size(), epochs));
  if (epochs > 0 && epochs < int(run.history.size())) {
    run.history.resize(std::size_t(epochs));
    run.whole = false;
  }
  for (const EpochResult& e : run.history) run.seconds.push_back(e.seconds);
  run.loss.kind = run.record.training.loss;
  run.loss.classes = run.loss.kind == LossKind::softmax ? int(run.record.data.classes.size()) : 1;
  read_predictions(directory, run);
  return run;
}

std::vector<double> SeededRun::curve(double EpochResult::*column) const {
  const bool timed = column == &EpochResult::seconds;
  std::vector<double> mean(timed ? seeds.front().seconds.size() : std::size_t(epochs()), 0.0);
  for (const FinishedRun& run : seeds)
    for (std::size_t e = 0; e < mean.size(); ++e)
      mean[e] += (timed ? run.seconds[e] : run.history[e].*column) / double(seeds.size());
  return mean;
}

double EpochResult::*column_of(const std::string& name) {
  if (name == "loss") return &EpochResult::loss;
  if (name == "accuracy") return &EpochResult::accuracy;
  if (name == "val_loss") return &EpochResult::val_loss;
  if (name == "val_accuracy") return &EpochResult::val_accuracy;
  if (name == "seconds") return &EpochResult::seconds;
  return nullptr;
}

}  // namespace gs::apps
