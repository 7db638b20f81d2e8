// resume.cpp - reads run.json, history.csv and last.safetensors of the run to resume.
#include "apps/run/resume.h"

#include <algorithm>

#include <fmt/format.h>

#include "apps/cli/plural.h"
#include "apps/run/named_run.h"
#include "engine/core/error.h"
#include "engine/device/device_name.h"
#include "engine/train/run_directory.h"

namespace gs::apps {
namespace {

/// Flags that a resumed run may change.
constexpr const char* changeable[] = {"epochs", "threads", "device", "profile", "quiet"};

bool may_change(const std::string& flag) {
  return std::find(std::begin(changeable), std::end(changeable), flag) != std::end(changeable);
}

/// The logits of the first `epochs` epochs, if the run keeps them.
std::vector<float> kept_logits(const RunDirectory& run, int epochs) {
  if (!run.has_predictions()) return {};
  const SafeTensors file = run.predictions();
  if (!file.has("epochs.logits")) return {};
  const SafeTensor& tensor = file.at("epochs.logits");
  if (tensor.shape.size() != 3 || tensor.shape[0] < epochs)
    throw Error(fmt::format("{} holds fewer than the {} epochs of last.safetensors", file.source, epochs));
  std::vector<float> logits = tensor.values<float>();
  logits.resize(std::size_t(epochs) * std::size_t(tensor.shape[1] * tensor.shape[2]));
  return logits;
}

}  // namespace

Words resumed_words(const std::string& run, const std::map<std::string, std::string>& given) {
  for (const auto& [flag, value] : given)
    if (flag != "resume" && !may_change(flag))
      throw UsageError(
          fmt::format("--{} comes from the run with --resume; only --epochs, --threads, --device, --profile and "
                      "--quiet may be given",
                      flag));
  const RunRecord record = named_run("--resume", run);
  if (const auto device = given.find("device"); device != given.end()) {
    const std::string& before = record.device.name;
    if (parse_device_name(device->second).kind != before)
      throw UsageError(fmt::format("--device {}: {} was trained on {} and goes on there{}", device->second, run, before,
                                   before == "cuda" ? "; another GPU may be named, as in cuda:1" : ""));
  }
  Words words;
  for (const auto& [flag, value] : record.flags)
    if (given.count(flag) == 0) words.push_back("--" + flag + "=" + value);
  for (const auto& [flag, value] : given)
    if (may_change(flag)) words.push_back("--" + flag + "=" + value);
  return words;
}

Earlier resume(Program& program, const std::string& run, const std::string& data_checksum) {
  const std::string recorded = named_run("--resume", run).data.checksum;
  if (recorded != data_checksum)
    throw Error(fmt::format("--resume: {} was trained on other data: their checksum was {}, now it is {}", run,
                            recorded, data_checksum));
  const RunDirectory directory(run);
  const Checkpoint checkpoint = directory.last(program.net());
  if (!checkpoint.resumable) throw Error(fmt::format("{}/last.safetensors holds no optimizer state", run));
  const int epochs = program.recipe().epochs;
  if (checkpoint.epoch >= epochs)
    throw UsageError(fmt::format("--resume: {} has {} already; --epochs {} would go on", run,
                                 plural(checkpoint.epoch, "epoch"), 2 * checkpoint.epoch));
  std::vector<EpochResult> history = directory.history();
  // Epochs after the last checkpoint are trained again.
  std::erase_if(history, [&](const EpochResult& r) { return r.epoch > checkpoint.epoch; });
  if (int(history.size()) != checkpoint.epoch)
    throw Error(fmt::format("{}: last.safetensors is of epoch {}, but history.csv has {} epochs up to there", run,
                            checkpoint.epoch, history.size()));
  restore(program, checkpoint);
  return {std::move(history), kept_logits(directory, checkpoint.epoch)};
}

}  // namespace gs::apps
