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
#include <fstream>
#include <map>
#include <optional>
#include <thread>

#include <fmt/format.h>

#include "apps/cli/interrupt.h"
#include "engine/core/descriptor.h"
#include "engine/core/error.h"
#include "engine/core/seconds_since.h"

namespace gs::apps {
namespace {

using Clock = std::chrono::steady_clock;

std::string last_line(const std::string& file) {
  std::ifstream in(file);
  std::string line, last;
  while (std::getline(in, line))
    if (!line.empty()) last = line;
  constexpr std::string_view prefix = "gridstride: ";
  return last.starts_with(prefix) ? last.substr(prefix.size()) : last;
}

pid_t start(const ChildRun& child) {
  const Descriptor output(::open(child.output_file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  if (!output.is_open()) throw Error(fmt::format("cannot write {}: {}", child.output_file, std::strerror(errno)));
  Words words = child.words;
  words.insert(words.begin(), "gridstride");
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  const pid_t parent = getpid(), process = fork();
  if (process < 0) throw Error(fmt::format("cannot start another run: {}", std::strerror(errno)));
  if (process > 0) return process;
  // In the child, until exec: plain system calls only. It has its own process group, so that Ctrl-C reaches the
  // parent only, which passes it on once; and it ends with the parent.
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGINT);
  if (getppid() != parent) _exit(128 + SIGINT);
  dup2(output.number(), STDOUT_FILENO);
  dup2(output.number(), STDERR_FILENO);
  execv("/proc/self/exe", arguments.data());
  _exit(127);
}

struct RunningChild {
  std::size_t index;
  Clock::time_point began;
};

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

void run_children(const std::vector<ChildRun>& children, int at_once,
                  const std::function<void(std::size_t, const ChildOutcome&)>& ended,
                  const std::function<void(const ChildProgress&)>& tick) {
  const InterruptGuard interrupts;
  std::optional<Interrupted> interrupted;
  std::map<pid_t, RunningChild> running;
  std::size_t next = 0;
  ChildProgress progress;
  double seconds = 0;
  while (!running.empty() || (next < children.size() && !interrupted)) {
    while (!interrupted && next < children.size() && running.size() < std::size_t(at_once)) {
      running[start(children[next])] = {next, Clock::now()};
      ++next;
    }
    while (const auto one = next_ended(running)) {
      const RunningChild run = running.at(one->first);
      running.erase(one->first);
      ChildOutcome outcome{one->second, seconds_since(run.began), ""};
      if (outcome.status != 0) outcome.reason = last_line(children[run.index].output_file);
      ++progress.ended;
      progress.mean_seconds = (seconds += outcome.seconds) / double(progress.ended);
      if (!interrupted || outcome.status == 0) ended(run.index, outcome);
    }
    progress.running = running.size();
    tick(progress);
    try {
      if (!interrupted) interrupts.check();
    } catch (const Interrupted& signal) {
      interrupted = signal;
      for (const auto& [process, unused] : running) kill(process, SIGINT);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(running.empty() ? 0 : 50));
  }
  if (interrupted) throw *interrupted;
}

}  // namespace gs::apps
