// finished.cpp - run.json, history.csv and predictions.safetensors of a run, read together.
#include "apps/lab/finished.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/core/error.h"
#include "engine/train/run_directory.h"

namespace gs::apps {
namespace {

namespace fs = std::filesystem;

/// The values of a tensor that must have the shape [rows..., images, outputs].
std::vector<float> logits_of(const SafeTensors& file, const std::string& name, const FinishedRun& run,
                             const std::vector<std::int64_t>& rows) {
  std::vector<std::int64_t> shape = rows;
  shape.insert(shape.end(), {std::int64_t(run.labels.size()), run.loss.classes});
  if (file.at(name).shape != shape)
    throw Error(fmt::format("{}: tensor '{}' has the shape [{}], but the run's labels and loss want [{}]", file.source,
                            name, fmt::join(file.at(name).shape, ", "), fmt::join(shape, ", ")));
  return file.values<float>(name);
}

void read_predictions(const RunDirectory& directory, FinishedRun& run) {
  const SafeTensors file = directory.predictions();
  run.labels = file.values<std::int32_t>("labels");
  if (run.labels.empty()) throw Error(fmt::format("{}: tensor 'labels' holds no image", file.source));
  const std::size_t classes = run.record.data.classes.size();
  for (const std::int32_t label : run.labels)
    if (label < 0 || std::size_t(label) >= classes)
      throw Error(fmt::format("{}: tensor 'labels' has {}, but run.json has {} classes", file.source, label, classes));
  if (file.has("epochs.logits")) {
    const std::vector<std::int64_t>& shape = file.at("epochs.logits").shape;
    const std::int64_t epochs = shape.empty() ? 0 : shape[0];
    if (epochs < run.epochs()) throw Error(fmt::format("{} holds fewer epochs than history.csv", file.source));
    run.logits = logits_of(file, "epochs.logits", run, {epochs});
    const std::size_t row = run.logits.size() / std::size_t(epochs);
    run.logits.resize(std::size_t(run.epochs()) * row);
    const auto best = run.logits.begin() + std::ptrdiff_t(std::size_t(run.best_epoch() - 1) * row);
    run.best_logits.assign(best, best + std::ptrdiff_t(row));
  } else if (run.whole) {
    run.best_logits = logits_of(file, "best.logits", run, {});
  }
}

}  // namespace

int FinishedRun::best_epoch() const {
  const auto best = std::min_element(history.begin(), history.end(),
                                     [](const auto& a, const auto& b) { return a.val_loss < b.val_loss; });
  return int(best - history.begin()) + 1;
}

const std::vector<float>& FinishedRun::logits_at_best() const {
  if (best_logits.empty())
    throw Error(fmt::format("{} did not keep its predictions (--keep-predictions)", folder.string()));
  return best_logits;
}

FinishedRun read_finished(const fs::path& folder, int epochs) {
  FinishedRun run;
  run.folder = folder;
  const RunDirectory directory(folder);
  run.record = directory.record();
  if (run.record.status == "failed" && !run.record.message.empty())
    throw Error(fmt::format("{} has failed: {}", folder.string(), run.record.message));
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
