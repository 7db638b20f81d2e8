// resume.h - resuming a run: its flags, and its state.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "apps/cli/words.h"
#include "engine/program/program.h"
#include "engine/train/trainer.h"

namespace gs::apps {

/// The words that start the run in folder `run` again: the flags of its run.json, with those of --epochs, --threads,
/// --device, --profile and --quiet that are in `given`. Throws UsageError if another flag is given with --resume, or if
/// the folder holds no run.
Words resumed_words(const std::string& run, const std::map<std::string, std::string>& given);

/// The work of a run before it stopped.
struct Earlier {
  std::vector<EpochResult> history;
  std::vector<float> validation_logits;  ///< one set an epoch, if the run keeps them
};

/// Restores the program from last.safetensors of `run` and returns the work up to that epoch. Throws UsageError if the
/// run already has `program.recipe().epochs` epochs, gs::Error if its files do not fit or it was trained on other data.
Earlier resume(Program&, const std::string& run, const std::string& data_checksum);

}  // namespace gs::apps
