// many_runs.h - trains kept runs, several at a time, and says how far it is.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "apps/run/kept_run.h"

namespace gs::apps {

struct NamedRun {
  std::string name;
  KeptRun run;
};

/// As long as memory allows (prepare.h). A guess: a small network's step leaves most of a GPU idle.
inline constexpr int most_jobs_on_a_gpu = 4;

/// How runs that go on at the same time are kept apart. Processes: each has its own pool of CPU threads, and its output
/// goes to logs/NAME.txt. Threads: for a GPU, where the streams of one process run side by side and processes take
/// turns.
enum class KeptApart { by_processes, by_threads };

/// by_threads where `device` (as --device says it) is a GPU.
KeptApart kept_apart_on(const std::string& device);

/// Trains those that are not done yet, `jobs` at a time. Returns why each failed; empty for those that did not. Throws
/// Interrupted after Ctrl-C, when all have stopped. Where the GPU fails for all threads, the program is started again
/// with the same words and goes on with what is left (restart.h).
std::vector<std::string> train_at_once(const std::vector<NamedRun>&, KeptApart, const std::filesystem::path& logs,
                                       int jobs, bool quiet);

}  // namespace gs::apps
