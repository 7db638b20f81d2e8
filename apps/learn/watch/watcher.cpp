// watcher.cpp - signalfd for signals, poll() for keys, and a look at the files between.
#include "apps/learn/watch/watcher.h"

#include <poll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "apps/learn/compiled.h"
#include "kernels/common/check.h"

namespace gs::learn {
namespace {

constexpr int look_ms = 50;  // between two looks at the files
constexpr char ctrl_c = 3;

}  // namespace

Watcher::Watcher(Keyboard* keyboard) : keyboard_(keyboard) {
  sigemptyset(&signals_);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGCHLD}) sigaddset(&signals_, signal);
  sigprocmask(SIG_BLOCK, &signals_, nullptr);
  signal_queue_ = signalfd(-1, &signals_, SFD_NONBLOCK | SFD_CLOEXEC);
  if (signal_queue_ < 0) throw Error(std::string("no signalfd: ") + std::strerror(errno));
  prctl(PR_SET_CHILD_SUBREAPER, 1);
}

Watcher::~Watcher() {
  end();
  close(signal_queue_);
}

void Watcher::watch(const std::filesystem::path& file) {
  end();
  file_ = file;
  saves_.emplace(file);
}

void Watcher::start(const std::function<int()>& work) {
  job_.emplace(work, signals_);
}

bool Watcher::end() {
  if (!job_) return false;
  job_->end();
  remove_leftovers(file_, job_->process());
  job_.reset();
  return true;
}

Watcher::Event Watcher::next() {
  for (;;) {
    if (signalled()) return Event::quit;
    if (job_ && job_->has_ended()) {
      status_ = job_->status();
      end();  // what it has left behind
      return Event::ended;
    }
    const int keys = keyboard_ ? keyboard_->descriptor() : -1;
    if (keyboard_ && keys < 0 && !job_) return Event::idle;
    pollfd waiting[] = {{signal_queue_, POLLIN, 0}, {keys, POLLIN, 0}};
    if (poll(waiting, 2, look_ms) == 0 && saves_->any()) return Event::saved;
    if (waiting[1].revents == 0) continue;
    const auto key = keyboard_->read();
    if (key == ctrl_c) {
      status_ = 128 + SIGINT;
      return Event::quit;
    }
    if (key) {
      key_ = *key;
      return Event::key;
    }
  }
}

bool Watcher::signalled() {
  bool quit = false;
  signalfd_siginfo signal;
  while (read(signal_queue_, &signal, sizeof signal) == sizeof signal)
    if (signal.ssi_signo != SIGCHLD) {
      status_ = 128 + int(signal.ssi_signo);
      quit = true;
    }
  return quit;
}

}  // namespace gs::learn
