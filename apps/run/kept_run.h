// kept_run.h - a training run that is done once: a finished one is not repeated, a stopped one is resumed.
#pragma once
#include <filesystem>

#include "apps/cli/words.h"

namespace gs::apps {

struct KeptRun {
  Words words;  ///< for `train`: the model and all flags but --epochs and --out
  int epochs = 1;
  std::filesystem::path folder;
};

/// True if the folder holds this very run, finished. Runs with --patience may have ended before their last epoch.
bool is_done(const KeptRun&);

/// Completes the files of a run that is done, if its process was killed at the very end.
void clear_up(const KeptRun&);

/// The words for `train` that do the run, or resume it if it was stopped.
Words words_to_do(const KeptRun&);

}  // namespace gs::apps
