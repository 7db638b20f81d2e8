// child_runs.cpp - fork, exec, wait.
#include "apps/sweep/child_runs.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <map>
#include <optional>
#include <thread>

#include <fmt/format.h>

#include "apps/cli/interrupt.h"
#include "apps/sweep/child_output.h"
#include "engine/core/error.h"
#include "engine/core/seconds_since.h"
#include "engine/ranks/ranks.h"

namespace gs::apps {
namespace {

using Clock = std::chrono::steady_clock;

/// As exec takes them; they point into `texts`.
std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

pid_t start(const ChildRun& child, const ChildOutput& output) {
  Words words = child.words;
  words.insert(words.begin(), "gridstride");
  std::vector<std::string> environment = environment_without_rank();
  if (child.lock) environment.push_back(child.lock->environment_entry());
  const std::vector<char*> arguments = pointers_to(words), entries = pointers_to(environment);
  const pid_t parent = getpid(), process = fork();
  if (process < 0) throw Error(fmt::format("cannot start another run: {}", std::strerror(errno)));
  if (process > 0) return process;
  // In the child, until exec: plain system calls only. It has its own process group, so that Ctrl-C reaches the
  // parent only, which passes it on once; and it ends with the parent.
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (getppid() != parent) _exit(128 + SIGTERM);
  dup2(output.number(), STDOUT_FILENO);
  dup2(output.number(), STDERR_FILENO);
  if (child.lock) fcntl(child.lock->descriptor(), F_SETFD, 0);
  execve("/proc/self/exe", arguments.data(), entries.data());
  _exit(127);
}

struct RunningChild {
  std::size_t index;
  Clock::time_point began;
  ChildOutput output;
};

/// The reason that a child could not even be started counts as its failure: the others are under way.
std::optional<ChildOutcome> try_to_start(std::size_t index, const ChildRun& child,
                                         std::map<pid_t, RunningChild>& running) try {
  ChildOutput output(child.output_file);
  const pid_t process = start(child, output);
  running.emplace(process, RunningChild{index, Clock::now(), std::move(output)});
  return std::nullopt;
} catch (const Error& error) {
  return ChildOutcome{.status = 1, .reason = error.what()};
}

ChildOutcome outcome_of(RunningChild& run, int status) {
  ChildOutcome outcome{status, seconds_since(run.began), ""};
  run.output.copy();
  if (status != 0) outcome.reason = run.output.last_line();
  if (status == 0 && !run.output.failure().empty()) outcome.status = 1, outcome.reason = run.output.failure();
  return outcome;
}

/// The next child that has ended, if any has; never waits.
std::optional<std::pair<pid_t, int>> next_ended(const std::map<pid_t, RunningChild>& running) {
  for (const auto& [process, unused] : running) {
    int status = 0;
    if (waitpid(process, &status, WNOHANG) == process)
      return std::pair(process, WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
  }
  return std::nullopt;
}

}  // namespace

void run_children(const RunSource& source, const std::function<ChildRun(std::size_t)>& child, int at_once,
                  const std::function<void(std::size_t, const ChildOutcome&)>& ended,
                  const std::function<void(const ChildProgress&)>& tick) {
  InterruptGuard interrupts;
  std::optional<Interrupted> interrupted;
  std::map<pid_t, RunningChild> running;
  ChildProgress progress;
  double seconds = 0;
  while (!running.empty() || !(interrupted || source.over())) {
    while (!interrupted && running.size() < std::size_t(at_once)) {
      const auto next = source.take();
      if (!next) break;
      if (const auto failed = try_to_start(*next, child(*next), running)) ended(*next, *failed);
    }
    while (const auto one = next_ended(running)) {
      RunningChild run = std::move(running.extract(one->first).mapped());
      const ChildOutcome outcome = outcome_of(run, one->second);
      ++progress.ended;
      progress.mean_seconds = (seconds += outcome.seconds) / double(progress.ended);
      if (!interrupted || outcome.status == 0) ended(run.index, outcome);
    }
    for (auto& [unused, run] : running) run.output.copy();
    progress.running = running.size();
    tick(progress);
    if (interrupts.wants_checkpoint()) {
      for (const auto& [process, unused] : running) kill(process, SIGUSR1);
      interrupts.checkpoint_done();
    }
    try {
      if (!interrupted) interrupts.check();
    } catch (const Interrupted& signal) {
      interrupted = signal;
      for (const auto& [process, unused] : running) kill(process, SIGTERM);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(running.empty() && source.over() ? 0 : 50));
  }
  if (interrupted) throw *interrupted;
}

}  // namespace gs::apps
