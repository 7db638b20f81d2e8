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

/// The end of a run that was not taken here.
struct NotTaken {
  std::string failure;    ///< the reason; empty if the run is done
  bool elsewhere = true;  ///< by another process; false: its folder cannot be claimed or read
};

class RunQueue {
 public:
  using Report = std::function<void(std::size_t run, const NotTaken&)>;

  /// `runs` must live as long. `indices`: those that are to be taken, in this order. `report` is called by take() and
  /// look(), once for each run that ends without being taken here. A run whose run.json is damaged is not done; take()
  /// or look() reports it as failed.
  RunQueue(const std::vector<NamedRun>& runs, const std::vector<std::size_t>& indices, Report report);

  /// Runs that were done when the queue was made. They are not reported.
  const std::vector<std::size_t>& done_before() const { return done_before_; }

  /// The next run that is not done and that no process holds: its folder is claimed until release(). nullopt if there
  /// is none now. Runs that have failed elsewhere since this queue was made are not tried again, and those whose folder
  /// cannot be claimed count as failed. `among`: indices that may be taken; by default all. While there is none, it
  /// looks at the files again after 50 ms, then after twice as long each time, up to two seconds; in between it returns
  /// nullopt at once.
  std::optional<std::size_t> take(const std::function<bool(std::size_t)>& among = {});

  /// Reports what has ended elsewhere by now. Takes none, and does not wait.
  void look();

  /// The folder of a run that was taken.
  RunDirectory& folder(std::size_t run) { return *taken_.at(run); }

  /// Those that were taken and not released, with their folders.
  const std::map<std::size_t, std::unique_ptr<RunDirectory>>& taken() const { return taken_; }

  /// The run has ended here, however it did.
  void release(std::size_t run);
  void release_all() { taken_.clear(); }

  /// True if none can be taken any more: each was taken here, perhaps without being released yet, or was reported.
  bool over() const { return open_.empty(); }

  /// Runs that other processes held when take() looked last.
  const std::vector<std::size_t>& held_elsewhere() const { return held_; }

 private:
  using Clock = std::chrono::steady_clock;

  /// A look at a run: its folder, claimed, if it may be trained; its end if it has one; neither if it is held.
  struct Look {
    std::unique_ptr<RunDirectory> folder;
    std::optional<NotTaken> end;
  };
  Look look_at(std::size_t run) const;

  const std::vector<NamedRun>& runs_;
  Report report_;
  std::vector<std::size_t> open_;  ///< not taken here, and not known to have ended
  std::map<std::size_t, std::optional<RunFailure>> failed_before_;
  std::map<std::size_t, std::unique_ptr<RunDirectory>> taken_;
  std::vector<std::size_t> done_before_, held_;
  Clock::time_point next_look_ = Clock::now();
  Clock::duration pause_{};
};

}  // namespace gs::apps
