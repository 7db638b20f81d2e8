// many_runs.cpp - starts the remaining runs; prints a line for each that ends, and a live one below.
#include "apps/sweep/many_runs.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "apps/cli/progress.h"
#include "apps/cli/terminal.h"
#include "apps/sweep/child_runs.h"
#include "apps/sweep/dealt_devices.h"
#include "apps/sweep/restart.h"
#include "apps/sweep/run_queue.h"
#include "apps/sweep/thread_runs.h"
#include "engine/core/error.h"
#include "engine/device/backends.h"
#include "kernels/common/grouped.h"

namespace gs::apps {
namespace {

std::string status_line(std::size_t done, std::size_t all, std::size_t elsewhere, const ChildProgress& p, int jobs) {
  std::string text = fmt::format("{} of {} done, {} running", done, all, p.running);
  if (elsewhere > 0) text += fmt::format(", {} in other processes", elsewhere);
  if (p.ended > 0)
    text += fmt::format(", about {} left",
                        duration(p.mean_seconds * double(all - done) / double(std::size_t(jobs) + elsewhere)));
  return text;
}

std::string failure_text(const ChildOutcome& outcome) {
  return outcome.reason.empty() ? fmt::format("ended with status {}", outcome.status) : outcome.reason;
}

/// Prints and records how runs end.
class Ledger {
 public:
  Ledger(const std::vector<NamedRun>& runs, int jobs, bool quiet)
      : runs_(runs), jobs_(jobs), quiet_(quiet), live_(quiet ? Style() : detect_style(stdout)), failures(runs.size()) {}

  void ended(std::size_t run, const ChildOutcome& outcome) {
    if (outcome.status != 0) failures[run] = failure_text(outcome);
    say(run, "in " + duration(outcome.seconds));
  }
  void not_taken(std::size_t run, const NotTaken& end) {
    failures[run] = end.failure;
    say(run, end.elsewhere ? "by another process" : "to start");
  }
  void tick(const ChildProgress& p, std::size_t elsewhere) {
    live_.draw(status_line(done, runs_.size(), elsewhere, p, jobs_));
  }
  void warn(const std::string& text) {
    live_.clear();
    print_message(text);
  }

 private:
  void say(std::size_t run, const std::string& how) {
    ++done;
    live_.clear();
    if (!quiet_)
      print_now(fmt::format("[{}/{}] {}: {} {}\n", done, runs_.size(), runs_[run].name,
                            failures[run].empty() ? "done" : "failed", how));
  }

  const std::vector<NamedRun>& runs_;
  int jobs_;
  bool quiet_;
  LiveLine live_;

 public:
  std::size_t done = 0;
  std::vector<std::string> failures;  ///< one a run: the reason, or empty
};

/// The runs that are to be trained, and what is done with each.
struct Work {
  const std::vector<NamedRun>& runs;
  RunQueue& queue;
  DealtDevices devices;
  Ledger& ledger;

  Words start(std::size_t run) {
    KeptRun kept = runs[run].run;
    if (const std::string gpu = devices.take(run); !gpu.empty()) kept.device = gpu;
    return words_to_do(kept);
  }
  void ended(std::size_t run, const ChildOutcome& outcome) {
    devices.give_back(run);
    queue.release(run);
    ledger.ended(run, outcome);
  }
  void tick(const ChildProgress& p) { ledger.tick(p, queue.held_elsewhere().size()); }
};

/// Trains what the source has. If the GPU fails, the program is started again and this does not return.
void train_in_threads(const RunSource& source, int at_once, Work& work) {
  std::vector<LostRun> lost;
  const auto start = [&](std::size_t run) {
    return ThreadRun{work.runs[run].name, work.start(run), &work.queue.folder(run)};
  };
  const auto ended = [&](std::size_t run, const ChildOutcome& outcome) {
    if (outcome.gpu_lost)
      lost.push_back({work.runs[run].name, outcome.reason});
    else
      work.ended(run, outcome);
  };
  run_threads(source, start, at_once, ended, [&](const ChildProgress& p) { work.tick(p); });
  if (lost.empty()) return;
  work.ledger.warn(loss_message(lost));
  Restart next = after_loss(restart(), lost);
  for (const auto& [run, folder] : work.queue.taken())  // other processes should not take these for failed
    if (std::ranges::count(next.alone, work.runs[run].name) > 0) folder->note_no_fault();
  work.queue.release_all();  // exec calls no destructor
  work.queue.look();  // the next process takes what has failed elsewhere until now for failures of an earlier sweep
  for (std::size_t i = 0; i < work.runs.size(); ++i)
    if (!work.ledger.failures[i].empty()) next.failed[work.runs[i].name] = work.ledger.failures[i];
  go_on_in_new_process(next);
}

void train_in_processes(const RunSource& source, const std::filesystem::path& logs, int at_once, Work& work) {
  std::error_code error;
  std::filesystem::create_directories(logs, error);
  if (error) throw Error(fmt::format("cannot make the folder {}: {}", logs.string(), error.message()));
  const auto start = [&](std::size_t run) {
    Words words = work.start(run);
    words.insert(words.begin(), "train");
    words.push_back("--quiet");
    return ChildRun{std::move(words), (logs / (work.runs[run].name + ".txt")).string(), &work.queue.folder(run).lock()};
  };
  const auto ended = [&](std::size_t run, const ChildOutcome& outcome) {
    if (outcome.status != 0) work.queue.folder(run).note_death(failure_text(outcome));
    work.ended(run, outcome);
  };
  run_children(source, start, at_once, ended, [&](const ChildProgress& p) { work.tick(p); });
}

}  // namespace

KeptApart kept_apart_on(const std::string& device) {
  return means_cuda(device) ? KeptApart::by_threads : KeptApart::by_processes;
}

std::vector<std::string> train_at_once(const std::vector<NamedRun>& runs, KeptApart how,
                                       const std::filesystem::path& logs, int jobs, bool quiet,
                                       const std::vector<std::string>& devices) {
  Ledger ledger(runs, jobs, quiet);
  std::vector<std::size_t> to_do;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    if (const auto failed = restart().failed.find(runs[i].name); failed != restart().failed.end())
      ledger.failures[i] = failed->second;
    else
      to_do.push_back(i);
  }
  RunQueue queue(runs, to_do, [&](std::size_t run, const NotTaken& end) { ledger.not_taken(run, end); });
  if (const std::size_t done = queue.done_before().size(); done > 0 && !quiet)
    print_now(fmt::format("{} of {} {} done already\n", done, plural(std::int64_t(runs.size()), "run"),
                          done == 1 ? "is" : "are"));
  ledger.done = runs.size() - to_do.size() + queue.done_before().size();
  Work work{runs, queue, DealtDevices(devices), ledger};
  const RunSource all{[&] { return queue.take(); }, [&] { return queue.over(); }};
  if (how == KeptApart::by_processes) {
    train_in_processes(all, logs, jobs, work);
    return ledger.failures;
  }
  // First those that are to be alone, as far as no other process has taken them over.
  const auto is_alone = [&](std::size_t i) { return std::ranges::count(restart().alone, runs[i].name) > 0; };
  if (!restart().alone.empty()) {
    bool none = false;
    const auto take = [&] {
      const auto next = queue.take(is_alone);
      none = !next;
      return next;
    };
    train_in_threads({take, [&] { return none; }}, 1, work);
  }
  train_in_threads(all, jobs, work);
  return ledger.failures;
}

}  // namespace gs::apps
