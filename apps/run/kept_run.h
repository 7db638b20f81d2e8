// kept_run.h - a training run that is done once: a finished one is not repeated, a stopped one is resumed.
#pragma once
#include <filesystem>
#include <optional>
#include <string>

#include "apps/cli/words.h"

namespace gs::apps {

struct KeptRun {
  Words words;  ///< for `train`: the model and all flags but --epochs and --out
  int epochs = 1;
  std::filesystem::path folder;
  std::string device = "";  ///< the GPU to train on this time, of the kind that the words name; empty: as they say
};

/// True if the folder holds this very run, finished. Runs with --patience may have ended before their last epoch.
bool is_done(const KeptRun&);

/// The failure of a run. Two failures of a run compare equal only if both times its process died without a word in the
/// first epoch, and both tries began within one second.
struct RunFailure {
  std::string message, started;  ///< started: to the second
  double seconds = 0;            ///< 0 if the process died without a word
  std::size_t resumptions = 0;

  bool operator==(const RunFailure&) const = default;
};

/// The failure that the folder records for this very run; nullopt if there is none.
std::optional<RunFailure> failure_of(const KeptRun&);

/// Completes the files of a run that is done, if its process was killed at the very end.
void clear_up(const KeptRun&);

/// Its words with its device, if it has one of its own.
Words words_on_device(const KeptRun&);

/// The words for `train` that do the run, or resume it if it was stopped.
Words words_to_do(const KeptRun&);

}  // namespace gs::apps
