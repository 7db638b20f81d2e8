// child_runs.h - several training runs at once, each in its own process: a crash ends one run only.
#pragma once
#include <functional>
#include <optional>
#include <string>

#include "apps/cli/words.h"
#include "engine/core/process_lock.h"

namespace gs::apps {

/// The source of runs: numbers that mean something to the caller.
struct RunSource {
  std::function<std::optional<std::size_t>()> take;  ///< the next one; nullopt: none now
  std::function<bool()> over;                        ///< none will come any more
};

/// One process: gridstride with these words, its output in a file.
struct ChildRun {
  Words words;
  std::string output_file;
  const ProcessLock* lock = nullptr;  ///< shared with it, if not null
};

struct ChildOutcome {
  int status = 0;  ///< exit status, or 128 + signal
  double seconds = 0;
  std::string reason;     ///< the last line that it printed, if it failed
  bool gpu_lost = false;  ///< threads only: the GPU has failed for the whole process, by this run's fault or another's
};

/// The state of all of them.
struct ChildProgress {
  std::size_t ended = 0, running = 0;
  double mean_seconds = 0;  ///< mean of the ended ones
};

/// Runs all that the source has, at most `at_once` at a time, until it is over. `child(i)` describes number i,
/// `ended(i, outcome)` is called as each ends, `tick` about ten times a second. The processes have no rank, whoever
/// started this one. On SIGINT or SIGTERM the running ones get SIGINT, which lets them finish their step and
/// save their state, no more are started, and Interrupted is thrown when all have ended. They end with this process,
/// also when it is killed.
void run_children(const RunSource&, const std::function<ChildRun(std::size_t)>& child, int at_once,
                  const std::function<void(std::size_t, const ChildOutcome&)>& ended,
                  const std::function<void(const ChildProgress&)>& tick);

}  // namespace gs::apps
