// kept_run.h - a training run that is done once: what is there is not done twice, what was stopped goes on.
#pragma once
#include <filesystem>

#include "apps/cli/words.h"

namespace gs::apps {

struct KeptRun {
  Words words;  ///< of `train`: the model and all flags but --epochs and --out
  int epochs = 1;
  std::filesystem::path folder;
};

/// Does the folder hold this very run, finished? Runs with --patience may have ended before their last epoch.
bool is_done(const KeptRun&);

/// The words with which `train` does it, or goes on where it was stopped.
Words words_to_do(const KeptRun&);

}  // namespace gs::apps
