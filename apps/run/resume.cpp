// resume.cpp - reads run.json, history.csv and last.safetensors of the run to resume.
#include "apps/run/resume.h"

#include <algorithm>

#include <fmt/format.h>

#include "apps/run/named_run.h"
#include "apps/run/recorded_data.h"
#include "apps/run/train_options.h"
#include "engine/core/error.h"
#include "engine/core/parse_number.h"
#include "engine/device/device_name.h"
#include "engine/train/run_directory.h"
#include "kernels/common/grouped.h"

namespace gs::apps {
namespace {

/// Flags that a resumed run may change.
constexpr const char* changeable[] = {"data",   "labels",  "decode",   "shard", "epochs",     "threads",
                                      "device", "profile", "patience", "quiet", "json-lines", "stop-after"};

bool may_change(const std::string& flag) {
  return std::find(std::begin(changeable), std::end(changeable), flag) != std::end(changeable);
}

/// The logits of the first `epochs` epochs, `row` values each, if the run keeps them.
std::vector<float> kept_logits(const RunDirectory& run, int epochs, std::int64_t row) {
  if (!run.has_predictions()) return {};
  const SafeTensors file = run.predictions();
  if (!file.has("epochs.logits")) return {};
  const SafeTensor& tensor = file.at("epochs.logits");
  if (tensor.shape.size() != 3 || tensor.shape[0] < epochs)
    throw Error(fmt::format("{} holds fewer than the {} epochs of last.safetensors", file.source, epochs));
  std::vector<float> logits = file.values<float>(tensor.name);
  if (logits.size() != std::size_t(tensor.shape[0]) * std::size_t(row))
    throw Error(fmt::format("{}: tensor '{}' has {} values in {} epochs, but the run has {} an epoch", file.source,
                            tensor.name, logits.size(), tensor.shape[0], row));
  logits.resize(std::size_t(epochs * row));
  return logits;
}

}  // namespace

RunRestart restart_of(const std::string& run, const std::map<std::string, std::string>& given) {
  for (const auto& [flag, value] : given)
    if (flag != "resume" && !may_change(flag))
      throw UsageError(
          fmt::format("--{} comes from the run with --resume; only --data, --labels, --decode, --shard, --epochs, "
                      "--patience, --threads, --device, --profile, --quiet, --json-lines and --stop-after may be given",
                      flag));
  const RunRecord record = named_run("--resume", run);
  if (const auto device = given.find("device"); device != given.end()) {
    const std::string& before = record.device.name;
    if (parse_device_name(for_one_process(device->second)).kind != before)
      throw UsageError(fmt::format("--device {}: {} was trained on {} and goes on there{}", device->second, run, before,
                                   before == "cuda" ? "; another GPU may be named, as in cuda:1" : ""));
  }
  RunRestart restart;
  for (const auto& [flag, value] : record.flags)
    if (given.count(flag) == 0) restart.words.push_back("--" + flag + "=" + value);
  for (const auto& [flag, value] : given)
    if (may_change(flag)) restart.words.push_back("--" + flag + "=" + value);
  restart.data = record.data;
  if (given.contains("data")) restart.data.path.clear();
  if (given.contains("labels")) restart.data.table.clear();
  return restart;
}

std::vector<std::string> changed_kernels(const RunKernels& now, const RunRecord& record) {
  std::vector<std::string> lines;
  for (const RunRecord::Kernel& before : record.kernels)
    for (const RunKernels::Entry& kernel : now.entries())
      if (kernel.of.layer == before.layer && kernel.checksum != before.checksum)
        lines.push_back(
            fmt::format("{} is no longer the file that {} was trained with (its checksum was {}, and is {})",
                        before.file, before.layer, before.checksum, kernel.checksum));
  return lines;
}

std::string jump_of_rate(const RunRecord& record, const Recipe& recipe, int epochs_done) {
  const auto flag = record.flags.find("epochs");
  const int before =
      flag == record.flags.end() ? TrainOptions().epochs : parse_number<int>(flag->second).value_or(recipe.epochs);
  if (epochs_done == 0 || before == recipe.epochs || recipe.schedule.kind != Schedule::Kind::cosine) return "";
  const double rate = recipe.learning_rate;
  const double last = rate * recipe.schedule.factor(epochs_done - 1, before),
               next = rate * recipe.schedule.factor(epochs_done, recipe.epochs);
  return fmt::format(
      "--epochs {}: the cosine schedule now ends there, so the learning rate goes from {:.3g} in epoch {} of {} to "
      "{:.3g} in epoch {}",
      recipe.epochs, last, epochs_done, before, next, epochs_done + 1);
}

bool stops_early(const std::vector<EpochResult>& history, int patience) {
  if (patience == 0 || history.empty()) return false;
  const auto best = std::ranges::min_element(history, {}, &EpochResult::val_loss);
  return history.back().epoch - best->epoch >= patience;
}

Earlier resume(Program& program, const std::string& run, int patience, const DataSplits& data) {
  RunRecord record = named_run("--resume", run);
  check_same_data(record, data, run, "; --data may name the folder or file that holds them");
  const RunDirectory directory(run);
  if (!directory.has_last() && !record.finished()) return {.record = std::move(record)};
  const Checkpoint checkpoint = directory.last(program.net());
  if (!checkpoint.resumable) throw Error(fmt::format("{}/last.safetensors holds no optimizer state", run));
  if (record.finished() && checkpoint.epoch >= program.recipe().epochs)
    throw UsageError(fmt::format("--resume: {} has {} already; --epochs {} would go on", run,
                                 plural(checkpoint.epoch, "epoch"), 2 * checkpoint.epoch));
  std::vector<EpochResult> history = directory.history();
  // Epochs after the last checkpoint are trained again.
  std::erase_if(history, [&](const EpochResult& r) { return r.epoch > checkpoint.epoch; });
  if (int(history.size()) != checkpoint.epoch)
    throw Error(fmt::format("{}: last.safetensors is of epoch {}, but history.csv has {} epochs up to there", run,
                            checkpoint.epoch, history.size()));
  if (record.finished() && stops_early(history, patience))
    throw UsageError(fmt::format(
        "--resume: {} stopped early: val_loss had not improved for {} epochs; --patience 0, or more, goes on", run,
        patience));
  restore(program, checkpoint);
  const std::int64_t row = data.validation.n * program.net().output().size();
  return {std::move(history), checkpoint.partial, checkpoint.first_epoch, kept_logits(directory, checkpoint.epoch, row),
          std::move(record)};
}

}  // namespace gs::apps
