// many_runs.h - trains kept runs, several at a time, and shows the progress.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "apps/sweep/run_queue.h"

namespace gs::apps {

/// Upper bound; memory may allow fewer (prepare.h). A guess: a small network's step leaves most of a GPU idle.
inline constexpr int most_jobs_on_a_gpu = 4;

/// Runs at the same time are kept apart by processes or threads. Processes: each has its own pool of CPU threads, and
/// its output goes to logs/NAME.txt. Threads: for a GPU, on which the streams of one process run side by side and
/// processes take turns.
enum class KeptApart { by_processes, by_threads };

/// by_threads if `device` (as --device says it) is a GPU.
KeptApart kept_apart_on(const std::string& device);

/// Trains those that are not done yet and that no other process trains, `jobs` at a time; returns when all have ended,
/// here or elsewhere (run_queue.h). Returns the reason of each failure, empty for the others. `devices`: GPUs that the
/// runs share, each run on the one that has the fewest; empty: as the runs' words say. Throws Interrupted after Ctrl-C,
/// when all have stopped. If the GPU fails for all threads, the program is started again with the same words and
/// continues with the remaining runs (restart.h).
std::vector<std::string> train_at_once(const std::vector<NamedRun>&, KeptApart, const std::filesystem::path& logs,
                                       int jobs, bool quiet, const std::vector<std::string>& devices = {});

}  // namespace gs::apps
