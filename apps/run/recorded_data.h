// recorded_data.h - a run's data as its run.json records them: where they are, and whether they are still the same.
#pragma once
#include <string>

#include "engine/data/dataset.h"
#include "engine/train/run_record.h"

namespace gs::apps {

/// The --data that reads them from any working folder: `path`, RunRecord::Data's. `typed`, as the flag was given, if
/// `path` is empty, or if it is gone and `typed` is there: data and run may have moved together.
std::string where_now(const std::string& path, const std::string& typed);

/// Throws gs::Error if `now` are not the data that the run was trained and validated with, by their checksum. `run`:
/// its folder; `otherwise`: what to do about it, the end of the message.
void check_same_data(const RunRecord::Data&, const DataSplits& now, const std::string& run,
                     const std::string& otherwise = "");

}  // namespace gs::apps
