// lab_runs.cpp - a lab's runs on disk, each a kept run (apps/run/kept_run.h).
#include "apps/lab/lab_runs.h"

#include <fmt/format.h>

#include "apps/run/train_options.h"
#include "apps/run/train_run.h"
#include "engine/core/error.h"

namespace gs::apps {
namespace {

namespace fs = std::filesystem;

/// All flags of the run but --epochs and --out.
Words words_of(const LabRun& run, const Words& common) {
  Words words = {run.plan.model};
  for (const auto& [name, value] : run.plan.flags) words.push_back(fmt::format("--{}={}", name, value));
  words.push_back(fmt::format("--seed={}", run.seed));
  words.push_back("--keep-predictions");
  words.insert(words.end(), common.begin(), common.end());
  return words;
}

}  // namespace

fs::path folder_of(const fs::path& lab, const PlannedRun& run, int seed) {
  std::string name = run.model;
  const auto value = [&](const char* flag) -> std::string {
    const auto at = run.flags.find(flag);
    return at == run.flags.end() ? "" : at->second;
  };
  if (!value("base").empty()) name += "-" + value("base");
  if (!value("batch").empty()) name += "-b" + value("batch");
  if (!value("lr").empty()) name += "-lr" + value("lr");
  for (const auto& [flag, text] : run.flags)
    if (flag != "base" && flag != "batch" && flag != "lr" && flag != "positive") name += "-" + flag + "-" + text;
  for (char& letter : name)
    if (letter == '/' || letter == ' ') letter = '_';
  if (run.key().find(" --epochs=") != std::string::npos) name += fmt::format("-e{}", run.epochs);
  return lab / "runs" / fmt::format("{}-seed{}", name, seed);
}

std::vector<LabRun> lab_runs(const LabPlan& plan, const fs::path& lab, int seeds) {
  std::vector<LabRun> runs;
  for (int seed = 1; seed <= seeds; ++seed)
    for (const PlannedRun& run : runs_to_train(plan)) runs.push_back({run, seed, folder_of(lab, run, seed)});
  return runs;
}

fs::path timing_folder_of(const fs::path& lab, const PlannedRun& run) {
  return lab / "timing" / folder_of(lab, run, 1).filename();
}

std::vector<LabRun> timing_runs(const LabPlan& plan, const fs::path& lab) {
  std::vector<LabRun> runs;
  for (const PlannedTask& task : plan.tasks)
    for (PlannedRun run : task.runs) {
      if (task.timed_epochs == 0) continue;
      const fs::path folder = timing_folder_of(lab, run);
      run.epochs = task.timed_epochs;
      runs.push_back({run, 1, folder});
    }
  return runs;
}

KeptRun kept(const LabRun& run, const Words& common) {
  return {words_of(run, common), run.plan.epochs, run.folder};
}

int train_lab_run(const KeptRun& run, RunDirectory& folder, bool quiet, const std::string& label) {
  const Words words = words_to_do(run);
  TrainOptions options;
  std::map<std::string, std::string> given;
  parse_train_words(words, options, given);
  options.quiet = quiet;
  return train_run(options, words, given, {.only_live = true, .label = label, .folder = &folder});
}

std::int64_t steps_of(const PlannedRun& run, std::int64_t images) {
  return run.epochs * ((images + run.batch - 1) / run.batch);
}

}  // namespace gs::apps
