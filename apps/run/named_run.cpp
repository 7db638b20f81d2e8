// named_run.cpp - puts the flag before the error about the file.
#include "apps/run/named_run.h"

#include <fmt/format.h>

#include "engine/core/error.h"
#include "engine/train/run_directory.h"

namespace gs::apps {

RunRecord named_run(const std::string& flag, const std::string& run) try {
  return RunDirectory(run).record();
} catch (const Error& error) {
  throw UsageError(fmt::format("{}: {}", flag, error.what()));
}

}  // namespace gs::apps
