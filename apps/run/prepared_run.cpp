// prepared_run.cpp - joins options, images and device.
#include "apps/run/prepared_run.h"

#include <algorithm>
#include <cstdlib>
#include <thread>

#include <fmt/format.h>

#include "apps/cli/data_flags.h"
#include "apps/cli/device_flag.h"
#include "apps/run/ranks_of_run.h"
#include "apps/run/train_plan.h"
#include "engine/core/error.h"
#include "engine/core/machine_limits.h"
#include "engine/data/features.h"
#include "engine/data/opencv_module.h"
#include "engine/device/backends.h"
#include "engine/device/device_name.h"
#include "engine/ranks/nccl_module.h"

namespace gs::apps {
namespace {

/// Throws UsageError if a flag does not work with several ranks.
void check_flags_for_ranks(const TrainOptions& o, const Ranks& ranks) {
  BatchDivision::check(o.batch, ranks.size());
  if (o.kernels) throw UsageError("--kernel needs one process: the built-in kernels train beside it");
  if (o.device == "ptx") throw UsageError("--device ptx needs one process");
  if (means_cuda(for_one_process(o.device))) {
    nccl_module();  // if it is not there, that is said before the images are loaded
    if (o.profile)
      throw UsageError(
          "--profile on cuda needs one process: it times a step call by call, while other ranks replay it");
  }
  if (o.epoch_loop) throw UsageError("--epoch-loop needs one process: ranks wait for each other in every step");
}

/// The ranks of one machine share its cores, unless the launcher has bound each to some of them.
int threads_of(const TrainOptions& o, const Ranks* ranks) {
  if (o.threads > 0 || !ranks || std::getenv("OMP_NUM_THREADS")) return o.threads;
  int neighbours = 0;
  for (int r = 0; r < ranks->size(); ++r) neighbours += ranks->host(r) == ranks->host(ranks->rank());
  double cores = std::thread::hardware_concurrency();
  if (const auto cpus = container_limits().cpus) cores = std::min(cores, *cpus);
  return std::min(default_threads(), std::max(1, int(cores) / neighbours));
}

void make_hog(DataSplits& data) {
  if (!built_with_opencv()) throw UsageError("--features hog needs OpenCV, which this build does not have");
  for (Dataset* split : {&data.train, &data.validation}) *split = hog_features(*split);
}

}  // namespace

DataSplits load_training_data(const TrainOptions& o, Warnings warnings, std::optional<std::size_t> device_bytes) {
  DataRequest request = o.data;
  request.threads = o.threads;
  request.device_bytes = device_bytes;
  if (o.kernels) request.decoding = Decoding::once;  // the built-in kernels train beside them
  DataSplits data = load_with_progress(request, o.quiet || o.json_lines, warnings);
  if (o.features == "hog") make_hog(data);
  return data;
}

std::unique_ptr<Device> open_device_for(const TrainOptions& o, Precision& precision) {
  auto device = open_device_and_say({.name = o.device, .threads = o.threads, .tf32 = tf32_allowed(o.precision)});
  precision = choose_precision(o.precision, device->name());
  check_table_fits(o, precision);
  return device;
}

PreparedRun prepare_run(const TrainOptions& given, Warnings warnings, Ranks* ranks) {
  PreparedRun run;
  if (ranks) check_flags_for_ranks(given, *ranks);
  TrainOptions o = given;
  o.threads = threads_of(given, ranks);
  const ImplementationChoice implementations = choose_implementations(o);
  Precision precision;
  o.device = device_of_process(given.device, ranks);
  run.device = open_device_for(o, precision);
  run.data = load_training_data(o, warnings, run.device->free_bytes());
  const LossKind loss = choose_loss(o, run.data.classes.size());
  run.positive = choose_positive(o, loss, run.data.classes);
  make_positive_one(run.data, run.positive);
  const Shape image{run.data.train.h, run.data.train.w, run.data.train.c};
  const Net net = build_net(o, image, loss, run.data.classes.size());
  Recipe recipe = build_recipe(o, loss, precision);
  if (o.class_weight == "balanced")
    recipe.class_weights = balanced_weights(class_counts(run.data.train, run.data.classes.size()));
  run.program = std::make_unique<Program>(net, recipe, *run.device, implementations, ranks);
  run.program->use_epoch_loops(o.epoch_loop);
  run.program->initialize();
  return run;
}

}  // namespace gs::apps
