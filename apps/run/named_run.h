// named_run.h - reads the record of a run that a flag names.
#pragma once
#include <string>

#include "engine/train/run_record.h"

namespace gs::apps {

/// Reads run.json of `run`, which `flag` names ("--resume"). Throws UsageError that begins with the flag if the file is
/// missing or invalid.
RunRecord named_run(const std::string& flag, const std::string& run);

}  // namespace gs::apps
