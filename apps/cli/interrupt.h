// interrupt.h - signals end a run between two steps instead of in the middle of one, or ask it for a checkpoint.
#pragma once
#include <exception>

namespace gs::apps {

/// Thrown by InterruptGuard::check(); `signal` is SIGINT, SIGTERM or SIGHUP.
struct Interrupted : std::exception {
  explicit Interrupted(int number) : signal(number) {}
  const char* what() const noexcept override { return "interrupted"; }
  int signal;
};

/// While one lives, in any thread, SIGINT, SIGTERM and SIGHUP are noted instead of ending the program; a second one of
/// a kind ends it at once. SIGUSR1 is noted, too.
class InterruptGuard {
 public:
  InterruptGuard();
  ~InterruptGuard();
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;

  /// The signal that has been noted, or 0.
  int signal() const;
  /// Throws Interrupted if a signal has been noted.
  void check() const;

  /// Has SIGUSR1 come since the guard was made, or since it was last answered?
  bool wants_checkpoint() const;
  void checkpoint_done();

 private:
  int answered_;  ///< SIGUSR1s
};

}  // namespace gs::apps
