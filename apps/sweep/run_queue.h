// run_queue.h - a list of runs from which this process takes; others may take from the same list.
//
// There is no server: the lock of a run's folder says which process trains it, the folder's files say if it is done.
// So the processes may be ranks of a launcher, or be started by hand on machines that share the folder. A process that
// dies holds nothing, and another one resumes its runs.
#pragma once
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "apps/run/kept_run.h"
#include "engine/train/run_directory.h"

namespace gs::apps {

struct NamedRun {
  std::string name;
  KeptRun run;
};

class RunQueue {
 public:
  /// A run that another process has ended: how it failed, or nullopt.
  using EndedElsewhere = std::function<void(std::size_t run, const std::optional<RunFailure>&)>;

  /// `runs` must live as long. `indices`: those that are to be taken, in this order. Those that are done before are
  /// counted by done_before(). Throws gs::Error if a run.json is damaged.
  RunQueue(const std::vector<NamedRun>& runs, const std::vector<std::size_t>& indices, EndedElsewhere);

  std::size_t done_before() const { return done_before_; }

  /// The next run that is not done and that no process holds: its folder is claimed until release(). nullopt if there
  /// is none now. Runs that have failed elsewhere since this queue was made are not tried again. `among`: indices that
  /// may be taken; by default all. Asks the file system at most every two seconds while nothing changes.
  std::optional<std::size_t> take(const std::function<bool(std::size_t)>& among = {});

  /// The folder of a run that was taken.
  RunDirectory& folder(std::size_t run) { return *taken_.at(run); }

  /// The run has ended here, however it did.
  void release(std::size_t run);

  /// True if none can be taken any more: each has ended, here or elsewhere, and none is held by another process.
  bool over() const { return open_.empty(); }

  /// Runs that other processes held when this one looked last.
  std::size_t held_elsewhere() const { return held_; }

 private:
  using Clock = std::chrono::steady_clock;

  const std::vector<NamedRun>& runs_;
  EndedElsewhere ended_elsewhere_;
  std::vector<std::size_t> open_;  ///< not taken here, and not known to have ended
  std::map<std::size_t, std::optional<RunFailure>> failed_before_;
  std::map<std::size_t, std::unique_ptr<RunDirectory>> taken_;
  std::size_t done_before_ = 0, held_ = 0;
  Clock::time_point next_look_ = Clock::now();
  Clock::duration pause_{};
};

}  // namespace gs::apps
