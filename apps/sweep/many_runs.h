// many_runs.h - trains kept runs, several at a time, and says how far it is.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "apps/kept_run.h"

namespace gs::apps {

struct NamedRun {
  std::string name;
  KeptRun run;
};

/// Trains those that are not done yet, `jobs` at a time, each in a process of its own whose output goes to
/// logs/NAME.txt. Returns why each failed; empty for those that did not. Throws Interrupted after Ctrl-C, when all have
/// stopped.
std::vector<std::string> train_at_once(const std::vector<NamedRun>&, const std::filesystem::path& logs, int jobs,
                                       bool quiet);

}  // namespace gs::apps
