// interrupt.cpp - the handlers only note the signal.
#include "apps/cli/interrupt.h"

#include <atomic>
#include <csignal>
#include <mutex>

namespace gs::apps {
namespace {

std::atomic<int> noted = 0, checkpoints = 0;  // lock-free, so a handler may write them; runs in threads read them
std::mutex mutex;
int guards = 0;  ///< runs in threads have one each

constexpr int ending[] = {SIGINT, SIGTERM, SIGHUP};

void note(int signal) {
  noted = signal;
}

void note_checkpoint(int) {
  ++checkpoints;
}

void set(int signal, void (*handler)(int), int flags = 0) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART | flags;
  sigaction(signal, &action, nullptr);
}

/// nohup starts programs with SIGHUP ignored: so it stays.
bool stays_ignored(int signal) {
  struct sigaction now {};
  return signal == SIGHUP && sigaction(signal, nullptr, &now) == 0 && now.sa_handler == SIG_IGN;
}

}  // namespace

InterruptGuard::InterruptGuard() : answered_(checkpoints) {
  const std::lock_guard lock(mutex);
  if (guards++ > 0) return;
  noted = 0;
  for (const int signal : ending)
    if (!stays_ignored(signal)) set(signal, note, int(SA_RESETHAND));
  set(SIGUSR1, note_checkpoint);
}

InterruptGuard::~InterruptGuard() {
  const std::lock_guard lock(mutex);
  if (--guards > 0) return;
  for (const int signal : ending)
    if (!stays_ignored(signal)) set(signal, SIG_DFL);
  set(SIGUSR1, SIG_IGN);
}

int InterruptGuard::signal() const {
  return noted;
}

void InterruptGuard::check() const {
  if (noted != 0) throw Interrupted(noted);
}

bool InterruptGuard::wants_checkpoint() const {
  return answered_ != checkpoints;
}

void InterruptGuard::checkpoint_done() {
  answered_ = checkpoints;
}

}  // namespace gs::apps
