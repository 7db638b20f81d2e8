// saved_run.cpp - rebuilds a net from the flags and shapes in run.json, without its data.
#include "apps/run/saved_run.h"

#include <fmt/format.h>

#include "apps/run/prepared_run.h"
#include "apps/run/recorded_data.h"
#include "apps/run/train_plan.h"
#include "engine/core/error.h"
#include "engine/device/backends.h"
#include "engine/device/device_name.h"
#include "engine/train/run_directory.h"

namespace gs::apps {

SavedRun open_saved_run(const std::filesystem::path& folder, const std::string& weights) {
  SavedRun run;
  const RunDirectory directory(folder);
  run.folder = folder;
  run.record = directory.record();
  run.labels = run.record.data.labels;
  if (!(weights == "last" ? directory.has_last() : directory.has_best()))
    throw Error(fmt::format("{} holds no {}.safetensors; its status is {}{}", folder.string(), weights,
                            run.record.status, run.record.message.empty() ? "" : ": " + run.record.message));
  Words words;
  for (const auto& [flag, value] : run.record.flags) words.push_back("--" + flag + "=" + value);
  try {
    std::map<std::string, std::string> given;
    if (!parse_train_words(words, run.options, given)) throw UsageError("--help starts none");
    run.options.device = for_one_process(run.options.device);
    run.loss = choose_loss(run.options, run.labels.size());
    run.net = build_net(run.options, run.record.network.input, run.loss, run.labels.size());
  } catch (const UsageError& error) {
    throw Error(fmt::format("{}/run.json: its flags do not describe a run: {}", folder.string(), error.what()));
  }
  // Its own record holds the table; the run that --impl-from named may be gone.
  if (run.options.implementation_from) run.options.implementation_from = folder.string();
  read_again(run.options.data, run.record.data);
  run.options.quiet = true;
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

Evaluation evaluate_saved(const SavedRun& run, Dataset images, const std::string& device_name, int threads) {
  TrainOptions options = run.options;
  options.device = device_name;
  options.threads = threads;
  options.kernels.reset();  // the weights say what was learned; the files may be gone
  if (elsewhere(run, device_name, options.precision))
    options.implementation = "default", options.implementation_from.reset();
  Precision precision;
  const auto device = open_device_for(options, precision);
  ImplementationChoice choice = choose_implementations(options);
  for (const RunRecord::Kernel& kernel : run.record.kernels)  // a table of the run names its files, too
    std::erase_if(choice.fixed, [&](const auto& entry) {
      return entry.first == kernel.layer || entry.first.starts_with(kernel.layer + " ");
    });
  Program program(run.net, saved_recipe(run, precision), *device, choice);
  program.initialize();
  program.set_parameters(run.parameters);
  DataSplits data;
  data.train = first_images(images, 1);  // a trainer needs one; evaluation does not read it
  data.validation = std::move(images);
  return Trainer(program, data).evaluate(Split::validation);
}

}  // namespace gs::apps
