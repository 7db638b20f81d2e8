// saved_run.cpp - rebuilds a net from the flags and shapes in run.json, without its data.
#include "apps/run/saved_run.h"

#include "apps/run/train_plan.h"
#include "apps/run/train_run.h"
#include "engine/device/backends.h"
#include "engine/device/device_name.h"
#include "engine/train/run_directory.h"

namespace gs::apps {
namespace {

/// A trainer needs a training split; evaluation does not read it, so one image is enough.
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
  const RunDirectory directory(folder);
  run.folder = folder;
  run.record = directory.record();
  Words words;
  for (const auto& [flag, value] : run.record.flags) words.push_back("--" + flag + "=" + value);
  std::map<std::string, std::string> given;
  parse_train_words(words, run.options, given);
  // Its own record holds the table; the run that --impl-from named may be gone.
  if (run.options.implementation_from) run.options.implementation_from = folder.string();
  run.options.quiet = true;
  run.labels = run.record.data.labels;
  run.loss = choose_loss(run.options, run.labels.size());
  run.net = build_net(run.options, run.record.network.input, run.loss, run.labels.size());
  Checkpoint checkpoint = weights == "last" ? directory.last(run.net) : directory.best(run.net);
  run.epoch = checkpoint.epoch;
  run.parameters = std::move(checkpoint.parameters);
  return run;
}

bool elsewhere(const SavedRun& run, const std::string& device, const std::optional<std::string>& precision) {
  const std::string &there = run.record.device.name, &in = run.record.training.precision;
  const DeviceName name = parse_device_name(device);
  std::string here = name.kind;
  if (here == "auto") here = means_cuda(device) ? "cuda" : "cpu";
  return here != there || to_string(choose_precision(precision, here)) != in;
}

Recipe saved_recipe(const SavedRun& run, Precision precision) {
  Recipe recipe = build_recipe(run.options, run.loss, precision);
  recipe.class_weights = run.record.training.class_weights;
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
