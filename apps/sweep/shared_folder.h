// shared_folder.h - several processes work below one folder: on locks, and on what only one of them does.
#pragma once
#include <filesystem>

#include "engine/core/process_lock.h"

namespace gs::apps {

/// Makes the folder. Throws UsageError if a launcher has started several processes but its file system has no locks,
/// without which two would train the same run; gs::Error if it cannot be made.
void open_shared_folder(const std::filesystem::path&);

/// True if this process writes the table or the report; of ranks that a launcher has started, the first.
bool writes_results();

/// Held while results are written or runs are timed alone; waits for other processes that do so below this folder, and
/// says for whom unless `quiet`. Throws Interrupted after Ctrl-C.
ProcessLock only_process_in(const std::filesystem::path&, bool quiet);

}  // namespace gs::apps
