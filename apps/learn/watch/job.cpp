// job.cpp - fork, setpgid, kill, waitpid.
#include "apps/learn/watch/job.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <exception>
#include <string>

#include "kernels/common/check.h"

namespace gs::learn {
namespace {

constexpr int farewell_ms = 1000;  // for processes that are asked to end, before they are forced to

[[noreturn]] void do_and_exit(const std::function<int()>& work, const sigset_t& blocked) {
  setpgid(0, 0);
  sigprocmask(SIG_UNBLOCK, &blocked, nullptr);
  // The terminal's input belongs to the first process.
  if (const int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC); nothing >= 0) dup2(nothing, STDIN_FILENO);
  int status = 1;
  try {
    status = work();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "gridstride: %s\n", error.what());
  }
  std::fflush(nullptr);
  _exit(status);
}

}  // namespace

Job::Job(const std::function<int()>& work, const sigset_t& blocked) {
  std::fflush(nullptr);  // else both processes would print it
  process_ = fork();
  if (process_ < 0) throw Error(std::string("no new process: ") + std::strerror(errno));
  if (process_ == 0) do_and_exit(work, blocked);
  setpgid(process_, process_);  // both do it: whoever comes first
}

bool Job::has_ended() {
  if (ended_) return true;
  int status = 0;
  if (waitpid(process_, &status, WNOHANG) != process_) return false;
  status_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return ended_ = true;
}

void Job::end() {
  kill(-process_, SIGTERM);
  for (int waited = 0; processes_left(); waited += 10) {
    if (waited >= farewell_ms) kill(-process_, SIGKILL);
    usleep(10'000);
  }
}

/// This process is the parent of those that have lost theirs (PR_SET_CHILD_SUBREAPER).
bool Job::processes_left() const {
  int status = 0;
  pid_t gone;
  while ((gone = waitpid(-process_, &status, WNOHANG)) > 0) {
  }
  return gone == 0;
}

}  // namespace gs::learn
