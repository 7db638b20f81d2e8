// kept_run.cpp - compares what is wanted with the flags in run.json.
#include "apps/run/kept_run.h"

#include <fstream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "apps/run/train_options.h"

namespace gs::apps {
namespace {

namespace fs = std::filesystem;

/// The flags as run.json keeps them; they compare equal for equal runs.
std::map<std::string, std::string> recorded_flags(const Words& words) {
  TrainOptions options;
  std::map<std::string, std::string> given;
  parse_train_words(words, options, given);
  for (const char* name : {"epochs", "out", "overwrite", "quiet", "threads"}) given.erase(name);
  return given;
}

nlohmann::json record_in(const fs::path& folder) {
  std::ifstream in(folder / "run.json");
  return in ? nlohmann::json::parse(in, nullptr, false) : nlohmann::json();
}

bool is_same_run(const nlohmann::json& record, const Words& words) {
  if (!record.is_object() || !record.contains("flags")) return false;
  std::map<std::string, std::string> flags;
  for (const auto& [name, value] : record["flags"].items())
    if (value.is_string()) flags[name] = value.get<std::string>();
  for (const char* name : {"epochs", "quiet", "threads"}) flags.erase(name);
  return flags == recorded_flags(words);
}

int epochs_done(const nlohmann::json& record) {
  return record.contains("results") ? record["results"].value("epochs", 0) : 0;
}

}  // namespace

bool is_done(const KeptRun& run) {
  const nlohmann::json record = record_in(run.folder);
  if (!is_same_run(record, run.words) || record.value("status", "") != "finished") return false;
  return epochs_done(record) >= run.epochs || record["flags"].contains("patience");
}

Words words_to_do(const KeptRun& run) {
  const nlohmann::json record = record_in(run.folder);
  Words words = run.words;
  if (is_same_run(record, words) && fs::exists(run.folder / "last.safetensors") && epochs_done(record) < run.epochs)
    words = {"--resume", run.folder.string()};
  else
    words.insert(words.end(), {"--out", run.folder.string(), "--overwrite"});
  words.push_back(fmt::format("--epochs={}", run.epochs));
  return words;
}

}  // namespace gs::apps
