// prepare.h - compiles all runs before the first is trained, which also tells how many fit on a GPU.
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

/// The memory that runs need on a device, and the memory that it has.
struct MemoryNeeds {
  /// All that the engine allocates for the largest run: parameters, activations, workspace, images. Handles and graphs
  /// of CUDA and its libraries are not included.
  std::size_t largest_run_bytes = 0;
  std::optional<std::size_t> free_bytes;  ///< Device::free_bytes, the minimum over the runs
};

/// Opens a device, as open_device_for() does.
using OpenDevice = std::function<std::unique_ptr<Device>(const TrainOptions&, Precision&)>;

/// Reads the images and compiles every run once, while nothing else runs: faults are reported before anything is
/// trained, the images are in the cache, and the autotuner measures on a quiet machine. Throws UsageError that begins
/// with the run's name.
MemoryNeeds prepare(const std::vector<NamedRun>&, bool quiet, const OpenDevice& = {});

/// The number of runs that a GPU trains at a time: as many as fit, at least one, at most `most_jobs_on_a_gpu`.
int jobs_on_a_gpu(const MemoryNeeds&);

/// The number of runs that `gpus` GPUs train at a time, each as many; 0 GPUs: the runs' words name one.
int jobs_on_gpus(const MemoryNeeds&, std::size_t gpus);

/// A line that explains why a GPU has fewer than `most_jobs_on_a_gpu`, else empty.
std::string memory_note(const MemoryNeeds&);

}  // namespace gs::apps
