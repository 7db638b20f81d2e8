// watch.cpp - inotify for saves, signalfd for ends, a process group for each run.
#include "apps/learn/watch.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/inotify.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <exception>
#include <filesystem>
#include <map>
#include <set>
#include <string>

#include "apps/learn/compiled.h"
#include "apps/learn/source_files.h"
#include "kernels/common/check.h"

namespace gs::learn {
namespace {

namespace fs = std::filesystem;

constexpr int settle_ms = 50;      // editors save in several steps
constexpr int farewell_ms = 1000;  // for a run that is asked to end, before it is forced to

/// Says when one of a program's files is saved.
class Saves {
 public:
  explicit Saves(fs::path file) : file_(std::move(file)), queue_(inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {
    if (queue_ < 0) throw Error(std::string("--watch: inotify is not available: ") + std::strerror(errno));
  }
  ~Saves() { close(queue_); }
  Saves(const Saves&) = delete;
  Saves& operator=(const Saves&) = delete;

  int descriptor() const { return queue_; }

  /// Reads the file for what it includes now. Folders are watched, not files: an editor may put a new file in place.
  void look_again() {
    names_.clear();
    for (const fs::path& path : source_files(file_)) {
      watch_name(path);
      std::error_code error;
      const fs::path target = fs::canonical(path, error);  // of a symbolic link
      if (!error && target != path) watch_name(target);
    }
  }

  /// Whether one of the files was saved since the last call.
  bool any() {
    bool saved = false;
    alignas(inotify_event) char buffer[4096];
    for (ssize_t count; (count = read(queue_, buffer, sizeof buffer)) > 0;)
      for (const char* at = buffer; at < buffer + count;) {
        const auto& event = *reinterpret_cast<const inotify_event*>(at);
        const auto names = names_.find(event.wd);
        saved |=
            (event.mask & IN_Q_OVERFLOW) || (event.len > 0 && names != names_.end() && names->second.count(event.name));
        at += sizeof event + event.len;
      }
    return saved;
  }

 private:
  void watch_name(const fs::path& path) {
    const int folder = inotify_add_watch(queue_, path.parent_path().c_str(), IN_CLOSE_WRITE | IN_MOVED_TO);
    if (folder >= 0)
      names_[folder].insert(path.filename().string());
    else if (path == fs::absolute(file_).lexically_normal() || (errno != ENOENT && errno != ENOTDIR))
      throw Error("--watch: " + path.parent_path().string() + " cannot be watched: " + std::strerror(errno));
  }

  fs::path file_;
  int queue_;
  std::map<int, std::set<std::string>> names_;  ///< of each watched folder
};

sigset_t watched_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGCHLD}) sigaddset(&signals, signal);
  return signals;
}

/// One run, with all the processes that it starts: a process group.
class WatchedRun {
 public:
  WatchedRun(const RunFlags& flags, int (*run)(const RunFlags&)) : file_(flags.program[0]) {
    process_ = fork();
    if (process_ < 0) throw Error(std::string("--watch: no new process: ") + std::strerror(errno));
    setpgid(process_, process_);  // both do it: whoever comes first
    if (process_ == 0) become(flags, run);
  }

  /// Whether the run has ended by itself; then status() is known.
  bool has_ended() {
    if (ended_) return true;
    int status = 0;
    if (waitpid(process_, &status, WNOHANG) != process_) return false;
    status_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return ended_ = true;
  }
  int status() const { return status_; }

  /// Returns when none of its processes is left. Compilers remove their files if they are asked to end.
  void end() {
    kill(-process_, SIGTERM);
    for (int waited = 0; processes_left(); waited += 10) {
      if (waited >= farewell_ms) kill(-process_, SIGKILL);
      usleep(10'000);
    }
    remove_leftovers(file_, process_);
  }

 private:
  [[noreturn]] static void become(const RunFlags& flags, int (*run)(const RunFlags&)) {
    setpgid(0, 0);
    const sigset_t signals = watched_signals();
    sigprocmask(SIG_UNBLOCK, &signals, nullptr);
    // The terminal's input belongs to the watch.
    if (const int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC); nothing >= 0) dup2(nothing, STDIN_FILENO);
    int status = 1;
    try {
      status = run(flags);
    } catch (const std::exception& error) {
      std::fprintf(stderr, "gridstride: %s\n", error.what());
    }
    std::fflush(nullptr);
    _exit(status);
  }
  /// The watch is the parent of processes that have lost theirs (PR_SET_CHILD_SUBREAPER).
  bool processes_left() const {
    int status = 0;
    pid_t gone;
    while ((gone = waitpid(-process_, &status, WNOHANG)) > 0) {
    }
    return gone == 0;
  }

  std::string file_;
  pid_t process_ = 0;
  bool ended_ = false;
  int status_ = 0;
};

void say(const std::string& file, const std::string& what) {
  const std::time_t now = std::time(nullptr);
  char time[16];
  std::strftime(time, sizeof time, "%H:%M:%S", std::localtime(&now));
  std::fflush(stdout);
  std::fprintf(stderr, "---- %s %s: %s ----\n", time, file.c_str(), what.c_str());
}

class Watch {
 public:
  Watch(const RunFlags& flags, int (*run)(const RunFlags&)) : flags_(flags), run_(run), saves_(flags.program[0]) {
    const sigset_t signals = watched_signals();
    sigprocmask(SIG_BLOCK, &signals, nullptr);
    signals_ = signalfd(-1, &signals, SFD_NONBLOCK | SFD_CLOEXEC);
    if (signals_ < 0) throw Error(std::string("--watch: no signalfd: ") + std::strerror(errno));
    prctl(PR_SET_CHILD_SUBREAPER, 1);
  }

  int watch() {
    const std::string& file = flags_.program[0];
    for (;;) {
      saves_.look_again();
      WatchedRun run(flags_, run_);
      bool told = false;
      Event event;
      while ((event = next(told ? nullptr : &run)) == Event::ended) {
        told = true;
        run.end();  // what it has left behind
        say(file, "status " + std::to_string(run.status()) + ", waiting for a save (Ctrl-C ends)");
      }
      if (!told) run.end();
      if (event == Event::quit) return 128 + quit_by_;
      while (wait(settle_ms) > 0 && saves_.any()) {
      }
      say(file, told ? "saved" : "saved, the run that was going is ended");
    }
  }

 private:
  enum class Event { ended, saved, quit };

  /// The next thing that happens; `run`: may end.
  Event next(WatchedRun* run) {
    for (;;) {
      signalfd_siginfo signal;
      while (read(signals_, &signal, sizeof signal) == sizeof signal)
        if (signal.ssi_signo != SIGCHLD) quit_by_ = int(signal.ssi_signo);
      if (quit_by_ != 0) return Event::quit;
      if (saves_.any()) return Event::saved;
      if (run && run->has_ended()) return Event::ended;
      wait(-1);
    }
  }
  /// Until a save or a signal, or so many milliseconds (-1: for ever). Returns the number of descriptors with news.
  int wait(int milliseconds) {
    pollfd waiting[] = {{saves_.descriptor(), POLLIN, 0}, {signals_, POLLIN, 0}};
    return poll(waiting, milliseconds < 0 ? 2 : 1, milliseconds);
  }

  const RunFlags& flags_;
  int (*run_)(const RunFlags&);
  Saves saves_;
  int signals_ = -1, quit_by_ = 0;
};

}  // namespace

int watch(const RunFlags& flags, int (*run)(const RunFlags&)) {
  return Watch(flags, run).watch();
}

}  // namespace gs::learn
