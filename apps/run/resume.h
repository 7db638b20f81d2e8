// resume.h - going on with a run: its flags, and what it left behind.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "apps/cli/words.h"
#include "engine/program/program.h"
#include "engine/train/trainer.h"

namespace gs::apps {

/// The words that start the run in folder `run` again: the flags of its run.json, with those of --epochs, --threads,
/// --profile and --quiet that are in `given`. Throws UsageError when another flag is given with --resume, or when the
/// folder holds no run.
Words resumed_words(const std::string& run, const std::map<std::string, std::string>& given);

/// What a run did before it stopped.
struct Earlier {
  std::vector<EpochResult> history;
  std::vector<float> validation_logits;  ///< of every epoch, where the run keeps them
};

/// Puts last.safetensors of `run` into the program and returns what it did up to that epoch. Throws UsageError when the
/// run already has `program.recipe().epochs` epochs, gs::Error when its files do not fit or its data were others.
Earlier resume(Program&, const std::string& run, const std::string& data_checksum);

}  // namespace gs::apps
