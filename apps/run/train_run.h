// train_run.h - one training run, from options to a finished folder; `train` does one, `lab` and `sweep` many.
#pragma once
#include <map>
#include <string>

#include "apps/run/train_options.h"
#include "engine/train/run_directory.h"

namespace gs::apps {

/// The display of a run.
struct RunView {
  bool only_live = false;          ///< one line that is redrawn, no header, no diagnosis: for runs among many
  bool among_others = false;       ///< other runs go on in this process, and stop with it
  std::string label = "";          ///< prefix of the live line and of warnings: "3/12 alexnet-8"
  RunDirectory* folder = nullptr;  ///< where it is written, claimed by the caller; null: the run claims its own
};

/// Trains as `o` says and writes its folder (o.out, else runs/NAME). `words` and `given` go into run.json. Returns the
/// exit status: 0, or 128 + signal if interrupted. Throws UsageError or Error.
int train_run(const TrainOptions& o, const Words& words, const std::map<std::string, std::string>& given,
              const RunView&);

}  // namespace gs::apps
