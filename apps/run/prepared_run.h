// prepared_run.h - what a run trains with: images, device, and the compiled program.
#pragma once
#include <memory>
#include <optional>
#include <string>

#include "apps/cli/data_flags.h"
#include "apps/run/train_options.h"
#include "engine/device/device.h"
#include "engine/net/recipe.h"
#include "engine/program/program.h"

namespace gs::apps {

/// Not assigned to: a program must not outlive its device.
struct PreparedRun {
  DataSplits data;
  std::string positive;  ///< the positive class, which has label 1; empty if there is none
  std::unique_ptr<Device> device;
  std::unique_ptr<Program> program;  ///< with its initial parameters
};

/// Cheap checks that may refuse the run come first, the images last. With `ranks` the program has this rank's part of
/// each batch. Throws UsageError or Error.
PreparedRun prepare_run(const TrainOptions&, Warnings = Warnings::say, Ranks* ranks = nullptr);

/// Loads the images of a run and computes its --features; shows a progress bar meanwhile. `device_bytes`: free memory
/// of the GPU that will hold them.
DataSplits load_training_data(const TrainOptions&, Warnings = Warnings::say,
                              std::optional<std::size_t> device_bytes = {});

std::unique_ptr<Device> open_device_for(const TrainOptions&, Precision& precision);

}  // namespace gs::apps
