// train_run.h - one training run, from options to a finished folder; `train` does one, `lab` many.
#pragma once
#include <map>
#include <memory>
#include <string>

#include "apps/run/train_options.h"
#include "engine/device/device.h"
#include "engine/net/recipe.h"

namespace gs::apps {

/// How a run is shown.
struct RunView {
  bool only_live = false;     ///< one line that is redrawn, no header, no verdict: for runs among many
  bool among_others = false;  ///< others run in this process at the same time, and stop with it
  std::string label;          ///< before the live line, and before warnings: "3/12 alexnet-8"
};

/// Trains as `o` says and writes its folder (o.out, else runs/NAME). `words` and `given` go into run.json. Returns the
/// exit status: 0, or 128 + signal when interrupted. Throws UsageError or Error.
int train_run(const TrainOptions& o, const Words& words, const std::map<std::string, std::string>& given,
              const RunView&);

/// The images of a run, and with --features what is computed from them; shows a bar while it lasts.
DataSplits load_training_data(const TrainOptions&);

std::unique_ptr<Device> open_device_for(const TrainOptions&, Precision& precision);

}  // namespace gs::apps
