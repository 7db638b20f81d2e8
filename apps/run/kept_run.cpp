// kept_run.cpp - compares the wanted run with the flags in run.json.
#include "apps/run/kept_run.h"

#include <fmt/format.h>

#include "apps/run/train_options.h"
#include "engine/train/run_directory.h"

namespace gs::apps {
namespace {

/// The flags as run.json keeps them; they compare equal for equal runs.
std::map<std::string, std::string> recorded_flags(const Words& words) {
  TrainOptions options;
  std::map<std::string, std::string> given;
  parse_train_words(words, options, given);
  for (const char* name : {"decode", "epochs", "out", "overwrite", "quiet", "shard", "stop-after", "threads"})
    given.erase(name);
  return given;
}

bool is_same_run(const RunRecord& record, const Words& words) {
  std::map<std::string, std::string> flags = record.flags;
  for (const char* name : {"epochs", "quiet", "threads"}) flags.erase(name);
  return flags == recorded_flags(words);
}

int epochs_done(const RunRecord& record) {
  return record.results ? record.results->epochs : 0;
}

}  // namespace

bool is_done(const KeptRun& run) {
  const auto record = RunDirectory(run.folder).record_if_any();
  if (!record || !record->finished() || !is_same_run(*record, run.words)) return false;
  return epochs_done(*record) >= run.epochs || record->flags.contains("patience");
}

void clear_up(const KeptRun& run) {
  RunDirectory(run.folder).clear_up();
}

Words words_to_do(const KeptRun& run) {
  const RunDirectory directory(run.folder);
  const auto record = directory.record_if_any();
  Words words = run.words;
  if (record && directory.has_last() && is_same_run(*record, words) &&
      (!record->finished() || epochs_done(*record) < run.epochs))
    words = {"--resume", run.folder.string()};
  else
    words.insert(words.end(), {"--out", run.folder.string(), "--overwrite"});
  words.push_back(fmt::format("--epochs={}", run.epochs));
  return words;
}

}  // namespace gs::apps
