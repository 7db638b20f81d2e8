// saved_run.cpp - from run.json's flags and shapes back to a net, without its data.
#include "apps/run/saved_run.h"

#include <fstream>

#include <fmt/format.h>

#include "apps/run/train_plan.h"
#include "apps/run/train_run.h"
#include "engine/core/error.h"
#include "engine/device/backends.h"
#include "engine/device/device_name.h"
#include "engine/train/checkpoint.h"

namespace gs::apps {
namespace {

nlohmann::json read_record(const std::filesystem::path& folder) {
  const std::filesystem::path path = folder / "run.json";
  std::ifstream in(path);
  if (!in) throw UsageError(fmt::format("{} is no folder of a run: it has no run.json", folder.string()));
  nlohmann::json record = nlohmann::json::parse(in, nullptr, false);
  if (!record.is_object() || !record.contains("flags") || !record["flags"].is_object() || !record.contains("network") ||
      !record.contains("recipe") || !record.contains("device") || !record.contains("data") ||
      !record["data"].contains("labels"))
    throw Error(fmt::format("{} is no record of a run", path.string()));
  return record;
}

/// The first image stands for a training split, which evaluation does not look at.
Dataset first_image(const Dataset& data) {
  Dataset one = data;
  one.n = 1;
  one.images.resize(data.image_size());
  one.labels.resize(1);
  return one;
}

}  // namespace

SavedRun open_saved_run(const std::filesystem::path& folder, const std::string& weights) {
  SavedRun run;
  run.folder = folder;
  run.record = read_record(folder);
  Words words;
  for (const auto& [flag, value] : run.record["flags"].items())
    if (value.is_string()) words.push_back("--" + flag + "=" + value.get<std::string>());
  std::map<std::string, std::string> given;
  parse_train_words(words, run.options, given);
  // Its own record holds the table that it used; the run that it took it from may be gone.
  if (run.options.implementation_from) run.options.implementation_from = folder.string();
  run.options.quiet = true;
  run.labels = run.record["data"]["labels"].get<std::vector<std::string>>();
  run.loss = choose_loss(run.options, run.labels.size());
  const auto input = run.record["network"]["input"].get<std::vector<int>>();
  run.net = build_net(run.options, {input.at(0), input.at(1), input.at(2)}, run.loss, run.labels.size());
  Checkpoint checkpoint = load_checkpoint(folder / (weights + ".safetensors"), run.net);
  run.epoch = checkpoint.epoch;
  run.parameters = std::move(checkpoint.parameters);
  return run;
}

bool elsewhere(const SavedRun& run, const std::string& device, const std::optional<std::string>& precision) {
  const std::string there = run.record["device"].value("name", ""), in = run.record["recipe"].value("precision", "");
  const DeviceName name = parse_device_name(device);
  const std::string here = name.kind != "auto" ? name.kind : means_cuda(device) ? "cuda" : "cpu";
  return here != there || to_string(choose_precision(precision, here)) != in;
}

Recipe saved_recipe(const SavedRun& run, Precision precision) {
  Recipe recipe = build_recipe(run.options, run.loss, precision);
  recipe.class_weights = run.record["recipe"].value("class_weights", std::vector<float>());
  return recipe;
}

Evaluation evaluate_saved(const SavedRun& run, const Dataset& images, const std::string& device_name, int threads) {
  TrainOptions options = run.options;
  options.device = device_name;
  options.threads = threads;
  if (elsewhere(run, device_name, options.precision))
    options.implementation = "default", options.implementation_from.reset();
  Precision precision;
  const auto device = open_device_for(options, precision);
  Program program(run.net, saved_recipe(run, precision), *device, choose_implementations(options));
  program.initialize();
  program.set_parameters(run.parameters);
  DataSplits data;
  data.train = first_image(images);
  data.validation = images;
  return Trainer(program, data).evaluate(Split::validation);
}

}  // namespace gs::apps
