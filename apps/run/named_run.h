// named_run.h - the record of a run that a flag names.
#pragma once
#include <string>

#include "engine/train/run_record.h"

namespace gs::apps {

/// run.json of `run`, as `flag` names it ("--resume"). Throws UsageError that begins with the flag if there is none, or
/// none that can be read.
RunRecord named_run(const std::string& flag, const std::string& run);

}  // namespace gs::apps
