// many_runs.cpp - starts the remaining runs; prints a line for each that ends, and a live one below.
#include "apps/sweep/many_runs.h"

#include <algorithm>

#include <fmt/format.h>

#include "apps/cli/progress.h"
#include "apps/cli/terminal.h"
#include "apps/sweep/child_runs.h"
#include "apps/sweep/restart.h"
#include "apps/sweep/thread_runs.h"
#include "engine/core/error.h"
#include "engine/device/backends.h"
#include "kernels/common/grouped.h"

namespace gs::apps {
namespace {

std::string status_line(std::size_t done, std::size_t all, const ChildProgress& p, int jobs) {
  std::string text = fmt::format("{} of {} done, {} running", done, all, p.running);
  if (p.ended > 0) text += fmt::format(", about {} left", duration(p.mean_seconds * double(all - done) / double(jobs)));
  return text;
}

/// Prints and records how runs end.
class Ledger {
 public:
  Ledger(const std::vector<NamedRun>& runs, int jobs, bool quiet)
      : runs_(runs), jobs_(jobs), quiet_(quiet), live_(quiet ? Style() : detect_style(stdout)), failures(runs.size()) {}

  void ended(std::size_t run, const ChildOutcome& outcome) {
    ++done;
    live_.clear();
    if (outcome.status != 0)
      failures[run] = outcome.reason.empty() ? fmt::format("ended with status {}", outcome.status) : outcome.reason;
    if (!quiet_)
      print_text(fmt::format("[{}/{}] {}: {} in {}\n", done, runs_.size(), runs_[run].name,
                             outcome.status == 0 ? "done" : "failed", duration(outcome.seconds)));
    flush_output();
  }
  void tick(const ChildProgress& p) { live_.draw(status_line(done, runs_.size(), p, jobs_)); }
  void warn(const std::string& text) {
    live_.clear();
    print_message(text);
  }

 private:
  const std::vector<NamedRun>& runs_;
  int jobs_;
  bool quiet_;
  LiveLine live_;

 public:
  std::size_t done = 0;
  std::vector<std::string> failures;  ///< one a run: the reason, or empty
};

/// Trains the runs of these indices. If the GPU fails, the program is started again and this does not return.
void train_in_threads(const std::vector<NamedRun>& runs, const std::vector<std::size_t>& indices, int at_once,
                      Ledger& ledger) {
  std::vector<ThreadRun> threads;
  for (const std::size_t i : indices) threads.push_back({runs[i].name, words_to_do(runs[i].run)});
  std::vector<LostRun> lost;
  const auto ended = [&](std::size_t child, const ChildOutcome& outcome) {
    if (outcome.gpu_lost)
      lost.push_back({threads[child].name, outcome.reason});
    else
      ledger.ended(indices[child], outcome);
  };
  run_threads(threads, at_once, ended, [&](const ChildProgress& p) { ledger.tick(p); });
  if (lost.empty()) return;
  ledger.warn(loss_message(lost));
  Restart next = after_loss(restart(), lost);
  for (std::size_t i = 0; i < runs.size(); ++i)
    if (!ledger.failures[i].empty()) next.failed[runs[i].name] = ledger.failures[i];
  go_on_in_new_process(next);
}

void train_in_processes(const std::vector<NamedRun>& runs, const std::vector<std::size_t>& indices,
                        const std::filesystem::path& logs, int at_once, Ledger& ledger) {
  std::error_code error;
  std::filesystem::create_directories(logs, error);
  if (error) throw Error(fmt::format("cannot make the folder {}: {}", logs.string(), error.message()));
  std::vector<ChildRun> children;
  for (const std::size_t i : indices) {
    Words words = words_to_do(runs[i].run);
    words.insert(words.begin(), "train");
    words.push_back("--quiet");
    children.push_back({std::move(words), (logs / (runs[i].name + ".txt")).string()});
  }
  run_children(
      children, at_once, [&](std::size_t child, const ChildOutcome& outcome) { ledger.ended(indices[child], outcome); },
      [&](const ChildProgress& p) { ledger.tick(p); });
}

}  // namespace

KeptApart kept_apart_on(const std::string& device) {
  return means_cuda(device) ? KeptApart::by_threads : KeptApart::by_processes;
}

std::vector<std::string> train_at_once(const std::vector<NamedRun>& runs, KeptApart how,
                                       const std::filesystem::path& logs, int jobs, bool quiet) {
  Ledger ledger(runs, jobs, quiet);
  std::vector<std::size_t> to_do;
  std::size_t done = 0;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    if (const auto failed = restart().failed.find(runs[i].name); failed != restart().failed.end())
      ledger.failures[i] = failed->second;
    else if (is_done(runs[i].run))
      clear_up(runs[i].run), ++done;
    else
      to_do.push_back(i);
  }
  if (done > 0 && !quiet)
    print_text(fmt::format("{} of {} {} done already\n", done, plural(std::int64_t(runs.size()), "run"),
                           done == 1 ? "is" : "are"));
  ledger.done = runs.size() - to_do.size();
  if (how == KeptApart::by_processes) {
    train_in_processes(runs, to_do, logs, jobs, ledger);
  } else {
    const auto rest = std::stable_partition(to_do.begin(), to_do.end(), [&](std::size_t i) {
      return std::ranges::count(restart().alone, runs[i].name) > 0;
    });
    train_in_threads(runs, {to_do.begin(), rest}, 1, ledger);
    train_in_threads(runs, {rest, to_do.end()}, jobs, ledger);
  }
  return ledger.failures;
}

}  // namespace gs::apps
