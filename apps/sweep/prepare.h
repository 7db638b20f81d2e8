// prepare.h - before the first of many runs is trained, all are compiled; that says, too, how many a GPU has room for.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "apps/run/train_options.h"
#include "apps/sweep/many_runs.h"
#include "engine/device/device.h"
#include "engine/net/recipe.h"

namespace gs::apps {

/// What runs want of a device's memory, and what it has.
struct MemoryNeeds {
  /// All that the engine allocates for the largest run: parameters, activations, workspace, images. Not what a library
  /// and CUDA take for themselves, for handles and graphs.
  std::size_t largest_run_bytes = 0;
  std::optional<std::size_t> free_bytes;  ///< Device::free_bytes, the least that was seen
};

/// As open_device_for().
using OpenDevice = std::function<std::unique_ptr<Device>(const TrainOptions&, Precision&)>;

/// Reads the images and compiles every run once, while nothing else runs: what is wrong is said before anything is
/// trained, the images are in the cache, and the autotuner measures on a quiet machine. Throws UsageError with the
/// run's name before what is wrong.
MemoryNeeds prepare(const std::vector<NamedRun>&, bool quiet, const OpenDevice& = {});

/// How many of the runs a GPU trains at a time: as many as fit, at least one, at most `most_jobs_on_a_gpu`.
int jobs_on_a_gpu(const MemoryNeeds&);

/// Why it is fewer than `most_jobs_on_a_gpu`, as a line; else nothing.
std::string memory_note(const MemoryNeeds&);

}  // namespace gs::apps
