// recorded_data.h - a run's data as its run.json records them: where they are, and whether they are still the same.
#pragma once
#include <string>

#include "engine/data/dataset.h"
#include "engine/train/run_record.h"

namespace gs::apps {

/// The --data that reads them from any working folder: `path`, RunRecord::Data's. `typed`, as the flag was given, if
/// `path` is empty, or if it is gone and `typed` is there: data and run may have moved together. Either may be the
/// beginning of the names of IDX files.
std::string where_now(const std::string& path, const std::string& typed);

/// Makes a request read the run's data again: they are found by where_now(), a table also beside its pictures, and
/// pictures of 16 bits get their range of then.
void read_again(DataRequest&, const RunRecord::Data&);

/// Throws gs::Error if `now` are not the data that the run was trained and validated with, by their checksum. `run`:
/// its folder; `otherwise`: what to do about it, the end of the message.
void check_same_data(const RunRecord&, const DataSplits& now, const std::string& run,
                     const std::string& otherwise = "");

}  // namespace gs::apps
