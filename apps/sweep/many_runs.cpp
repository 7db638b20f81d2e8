// many_runs.cpp - starts the runs that are left; a line for each that ends, and a live one below.
#include "apps/sweep/many_runs.h"

#include <fmt/format.h>

#include "apps/plural.h"
#include "apps/progress.h"
#include "apps/sweep/child_runs.h"
#include "apps/sweep/thread_runs.h"
#include "apps/terminal.h"
#include "engine/device/backends.h"

namespace gs::apps {
namespace {

std::string status_line(std::size_t done, std::size_t all, const ChildProgress& p, int jobs) {
  std::string text = fmt::format("{} of {} done, {} running", done, all, p.running);
  if (p.ended > 0) text += fmt::format(", about {} left", duration(p.mean_seconds * double(all - done) / double(jobs)));
  return text;
}

}  // namespace

KeptApart kept_apart_on(const std::string& device) {
  return means_cuda(device) ? KeptApart::by_threads : KeptApart::by_processes;
}

std::vector<std::string> train_at_once(const std::vector<NamedRun>& runs, KeptApart how,
                                       const std::filesystem::path& logs, int jobs, bool quiet) {
  std::vector<std::string> failures(runs.size());
  std::vector<std::size_t> to_do;
  for (std::size_t i = 0; i < runs.size(); ++i)
    if (!is_done(runs[i].run)) to_do.push_back(i);
  std::size_t done = runs.size() - to_do.size();
  if (done > 0 && !quiet)
    fmt::print("{} of {} {} done already\n", done, plural(std::int64_t(runs.size()), "run"), done == 1 ? "is" : "are");
  if (to_do.empty()) return failures;
  LiveLine live(quiet ? Style() : detect_style(stdout));
  const auto ended = [&](std::size_t child, const ChildOutcome& outcome) {
    ++done;
    live.clear();
    if (outcome.status != 0)
      failures[to_do[child]] =
          outcome.reason.empty() ? fmt::format("ended with status {}", outcome.status) : outcome.reason;
    if (!quiet)
      fmt::print("[{}/{}] {}: {} in {}\n", done, runs.size(), runs[to_do[child]].name,
                 outcome.status == 0 ? "done" : "failed", duration(outcome.seconds));
    std::fflush(stdout);
  };
  const auto tick = [&](const ChildProgress& p) { live.draw(status_line(done, runs.size(), p, jobs)); };
  if (how == KeptApart::by_threads) {
    std::vector<ThreadRun> threads;
    for (const std::size_t i : to_do) threads.push_back({runs[i].name, words_to_do(runs[i].run)});
    run_threads(threads, jobs, ended, tick);
    return failures;
  }
  std::filesystem::create_directories(logs);
  std::vector<ChildRun> children;
  for (const std::size_t i : to_do) {
    Words words = words_to_do(runs[i].run);
    words.insert(words.begin(), "train");
    words.push_back("--quiet");
    children.push_back({std::move(words), (logs / (runs[i].name + ".txt")).string()});
  }
  run_children(children, jobs, ended, tick);
  return failures;
}

}  // namespace gs::apps
