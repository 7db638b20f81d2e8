// interrupt.cpp - the handler only notes the signal.
#include "apps/cli/interrupt.h"

#include <atomic>
#include <csignal>
#include <mutex>

namespace gs::apps {
namespace {

std::atomic<int> noted = 0;  // lock-free, so a handler may write it; runs in threads read it
std::mutex mutex;
int guards = 0;  ///< runs in threads have one each

void handle(int signal) {
  noted = signal;
}

void set(int signal, void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  if (handler == handle) action.sa_flags |= static_cast<int>(SA_RESETHAND);
  sigaction(signal, &action, nullptr);
}

}  // namespace

InterruptGuard::InterruptGuard() {
  const std::lock_guard lock(mutex);
  if (guards++ > 0) return;
  noted = 0;
  set(SIGINT, handle);
  set(SIGTERM, handle);
}

InterruptGuard::~InterruptGuard() {
  const std::lock_guard lock(mutex);
  if (--guards > 0) return;
  set(SIGINT, SIG_DFL);
  set(SIGTERM, SIG_DFL);
}

void InterruptGuard::check() const {
  if (noted != 0) throw Interrupted(noted);
}

}  // namespace gs::apps
