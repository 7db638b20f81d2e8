// thread_runs.h - several training runs at once in this process, each in a thread with its own stream on the GPU. Runs
// in separate processes would take turns there; streams of one process run concurrently.
#pragma once
#include <functional>
#include <string>

#include "apps/sweep/child_runs.h"
#include "engine/train/run_directory.h"

namespace gs::apps {

struct ThreadRun {
  std::string name;                ///< prefix of the run's messages
  Words words;                     ///< for `train`
  RunDirectory* folder = nullptr;  ///< claimed
};

/// Like run_children(): at most `at_once` at a time, until the source is over; `ended` and `tick` are called by this
/// thread. After Ctrl-C no more are started, the running ones stop after their epoch's next step, and Interrupted is
/// thrown when all have ended. No more are started either once the GPU has failed (ChildOutcome::gpu_lost): the call
/// returns when those under way have ended.
void run_threads(const RunSource&, const std::function<ThreadRun(std::size_t)>& run, int at_once,
                 const std::function<void(std::size_t, const ChildOutcome&)>& ended,
                 const std::function<void(const ChildProgress&)>& tick);

}  // namespace gs::apps
