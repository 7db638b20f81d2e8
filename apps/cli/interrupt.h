// interrupt.h - Ctrl-C ends a run between two steps instead of in the middle of a file.
#pragma once
#include <exception>

namespace gs::apps {

/// Thrown by InterruptGuard::check(); `signal` is SIGINT or SIGTERM.
struct Interrupted : std::exception {
  explicit Interrupted(int number) : signal(number) {}
  const char* what() const noexcept override { return "interrupted"; }
  int signal;
};

/// While one lives, in any thread, SIGINT and SIGTERM are noted instead of ending the program; a second one ends it at
/// once.
class InterruptGuard {
 public:
  InterruptGuard();
  ~InterruptGuard();
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;

  /// Throws Interrupted if a signal has been noted.
  void check() const;
};

}  // namespace gs::apps
