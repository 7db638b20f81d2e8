// thread_runs.cpp - a thread for each run that is under way.
#include "apps/sweep/thread_runs.h"

#include <atomic>
#include <chrono>
#include <list>
#include <optional>
#include <thread>

#include "apps/cli/interrupt.h"
#include "apps/run/train_options.h"
#include "apps/run/train_run.h"
#include "engine/core/message_of.h"
#include "engine/core/seconds_since.h"
#include "engine/device/backends.h"

namespace gs::apps {
namespace {

using Clock = std::chrono::steady_clock;

ChildOutcome train(const ThreadRun& run) {
  ChildOutcome outcome;
  try {
    TrainOptions options;
    std::map<std::string, std::string> given;
    parse_train_words(run.words, options, given);
    options.quiet = true;
    outcome.status = train_run(options, run.words, given,
                               {.only_live = true, .among_others = true, .label = run.name, .folder = run.folder});
  } catch (const std::exception& error) {
    outcome.status = 1;
    outcome.reason = message_of(error);
    outcome.gpu_lost = cuda_lost();
  }
  return outcome;
}

struct RunningThread {
  std::size_t index = 0;
  ThreadRun what;
  Clock::time_point began = Clock::now();
  ChildOutcome outcome;
  std::atomic<bool> has_ended = false;
  std::jthread thread;  ///< last: it is joined before the others go
};

}  // namespace

void run_threads(const RunSource& source, const std::function<ThreadRun(std::size_t)>& what, int at_once,
                 const std::function<void(std::size_t, const ChildOutcome&)>& ended,
                 const std::function<void(const ChildProgress&)>& tick) {
  const InterruptGuard interrupts;  // the runs have their own, and see the same signal
  std::optional<Interrupted> interrupted;
  std::list<RunningThread> running;
  bool gpu_lost = false;
  ChildProgress progress;
  double seconds = 0;
  const auto no_more = [&] { return interrupted || gpu_lost; };
  while (!running.empty() || !(no_more() || source.over())) {
    while (!no_more() && running.size() < std::size_t(at_once)) {
      const auto next = source.take();
      if (!next) break;
      RunningThread& run = running.emplace_back();
      run.index = *next;
      run.what = what(*next);
      run.thread = std::jthread([&run] {
        run.outcome = train(run.what);
        run.has_ended = true;
      });
    }
    for (auto run = running.begin(); run != running.end();) {
      if (!run->has_ended) {
        ++run;
        continue;
      }
      run->thread.join();
      gpu_lost = gpu_lost || run->outcome.gpu_lost;
      run->outcome.seconds = seconds_since(run->began);
      ++progress.ended;
      progress.mean_seconds = (seconds += run->outcome.seconds) / double(progress.ended);
      if (!interrupted || run->outcome.status == 0) ended(run->index, run->outcome);
      run = running.erase(run);
    }
    progress.running = running.size();
    tick(progress);
    try {
      if (!interrupted) interrupts.check();
    } catch (const Interrupted& signal) {
      interrupted = signal;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(running.empty() && source.over() ? 0 : 20));
  }
  if (interrupted) throw *interrupted;
}

}  // namespace gs::apps
