// kept_run.cpp - compares the wanted run with the flags in run.json.
#include "apps/run/kept_run.h"

#include <map>

#include <fmt/format.h>

#include "apps/run/train_options.h"
#include "engine/train/run_directory.h"

namespace gs::apps {
namespace {

/// A run may go on with another GPU: "cuda" for "cuda:1".
void forget_number_of_gpu(std::map<std::string, std::string>& flags) {
  if (const auto device = flags.find("device"); device != flags.end())
    device->second = device->second.substr(0, device->second.find(':'));
}

/// The flags as run.json keeps them; they compare equal for equal runs.
std::map<std::string, std::string> recorded_flags(const Words& words) {
  TrainOptions options;
  std::map<std::string, std::string> given;
  parse_train_words(words, options, given);
  for (const char* name : {"decode", "epochs", "out", "overwrite", "quiet", "stop-after", "threads"}) given.erase(name);
  forget_number_of_gpu(given);
  return given;
}

bool is_same_run(const RunRecord& record, const Words& words) {
  std::map<std::string, std::string> flags = record.flags;
  for (const char* name : {"epochs", "quiet", "threads"}) flags.erase(name);
  forget_number_of_gpu(flags);
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

std::optional<RunFailure> failure_of(const KeptRun& run) {
  const auto record = RunDirectory(run.folder).record_if_any();
  if (!record || record->status != "failed" || !is_same_run(*record, run.words)) return std::nullopt;
  return RunFailure{record->message, record->started, record->results ? record->results->seconds : 0,
                    record->resumed.size()};
}

void clear_up(const KeptRun& run) {
  RunDirectory(run.folder).clear_up();
}

Words words_on_device(const KeptRun& run) {
  Words words = run.words;
  if (run.device.empty()) return words;
  std::erase_if(words, [](const std::string& word) { return word.starts_with("--device="); });
  words.push_back("--device=" + run.device);
  return words;
}

Words words_to_do(const KeptRun& run) {
  const RunDirectory directory(run.folder);
  const auto record = directory.record_if_any();
  KeptRun to_do = run;
  if (record && directory.has_last() && is_same_run(*record, run.words) &&
      (!record->finished() || epochs_done(*record) < run.epochs))
    to_do.words = {"--resume", run.folder.string()};
  else
    to_do.words.insert(to_do.words.end(), {"--out", run.folder.string(), "--overwrite"});
  Words words = words_on_device(to_do);
  words.push_back(fmt::format("--epochs={}", run.epochs));
  return words;
}

}  // namespace gs::apps
