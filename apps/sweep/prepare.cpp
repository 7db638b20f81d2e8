// prepare.cpp - compiles each run as training would, and reads the memory that it took.
#include "apps/sweep/prepare.h"

#include <algorithm>

#include <fmt/format.h>

#include "apps/cli/data_flags.h"
#include "apps/run/prepared_run.h"
#include "apps/run/train_plan.h"
#include "engine/core/error.h"
#include "engine/device/backends.h"
#include "engine/program/program.h"
#include "engine/train/trainer.h"
#include "kernels/common/grouped.h"

namespace gs::apps {
namespace {

/// The rest is for memory that the engine does not allocate: a library's handles, graphs, other processes' growth.
constexpr double share_for_runs = 0.9;

struct ParsedRun {
  TrainOptions options;
  std::string data_flags;  ///< the flags that decide which images it reads
};

ParsedRun options_of(const NamedRun& run, bool quiet) {
  ParsedRun parsed;
  std::map<std::string, std::string> given;
  Words words = words_on_device(run.run);
  words.push_back(fmt::format("--epochs={}", run.run.epochs));
  parse_train_words(words, parsed.options, given);
  parsed.options.quiet = quiet;
  for (const auto& [flag, value] : given)
    if (flag == "features" || flag == "split" || flag == "seed" ||
        std::ranges::find(data_flag_names, flag) != std::end(data_flag_names))
      parsed.data_flags += fmt::format(" {}={}", flag, value);
  return parsed;
}

/// Compiles the run and, if the device's memory is limited, uploads its images.
void compile(const TrainOptions& o, const DataSplits& data, const OpenDevice& open, MemoryNeeds& needs) {
  if (o.profile && kept_apart_on(o.device) == KeptApart::by_threads)
    throw UsageError("--profile: on a GPU only one run at a time can be profiled, and a sweep trains several");
  Precision precision;
  const auto device = open(o, precision);
  const auto free = device->free_bytes();
  const LossKind loss = choose_loss(o, data.classes.size());
  const Net net = build_net(o, {data.train.h, data.train.w, data.train.c}, loss, data.classes.size());
  Program program(net, build_recipe(o, loss, precision), *device, choose_implementations(o));
  if (!free) return;
  const Trainer trainer(program, data);
  needs.free_bytes = std::min(needs.free_bytes.value_or(*free), *free);
  needs.largest_run_bytes = std::max(needs.largest_run_bytes, device->held_bytes());
}

double gibibytes(std::size_t bytes) {
  return double(bytes) / (1 << 30);
}

}  // namespace

MemoryNeeds prepare(const std::vector<NamedRun>& runs, bool quiet, const OpenDevice& open) {
  MemoryNeeds needs;
  std::optional<DataSplits> data;
  std::string data_flags;
  for (const NamedRun& run : runs) {
    const ParsedRun parsed = options_of(run, quiet);
    check_device(parsed.options.device);  // before the images are read
    if (!data || parsed.data_flags != data_flags) data = load_training_data(parsed.options);
    data_flags = parsed.data_flags;
    try {
      compile(parsed.options, *data, open ? open : OpenDevice(open_device_for), needs);
    } catch (const UsageError& error) {
      throw UsageError(fmt::format("run {}: {}", run.name, error.what()));
    }
  }
  return needs;
}

int jobs_on_a_gpu(const MemoryNeeds& needs) {
  if (!needs.free_bytes || needs.largest_run_bytes == 0) return most_jobs_on_a_gpu;
  const double fit = share_for_runs * double(*needs.free_bytes) / double(needs.largest_run_bytes);
  return std::max(1, int(std::min(fit, double(most_jobs_on_a_gpu))));
}

int jobs_on_gpus(const MemoryNeeds& needs, std::size_t gpus) {
  return int(std::max<std::size_t>(1, gpus)) * jobs_on_a_gpu(needs);
}

std::string memory_note(const MemoryNeeds& needs) {
  const int jobs = jobs_on_a_gpu(needs);
  if (jobs == most_jobs_on_a_gpu) return "";
  return fmt::format("{} at a time on a GPU: the largest takes {:.1f} GiB, and {:.1f} GiB of its memory are free\n",
                     plural(jobs, "run"), gibibytes(needs.largest_run_bytes), gibibytes(*needs.free_bytes));
}

}  // namespace gs::apps
