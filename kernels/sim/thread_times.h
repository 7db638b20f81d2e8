// thread_times.h - how long each thread of the CPU is at work in the kernels of `host`, for a profile.
#pragma once
#include <vector>

namespace gs::simulator {

/// While it lives, the `host` launches of the OS thread that made it note how long each OpenMP thread computed. Where
/// none lives, a launch asks for one pointer and no clock. They do not nest.
class ThreadTimes {
 public:
  explicit ThreadTimes(int threads);
  ~ThreadTimes();
  ThreadTimes(const ThreadTimes&) = delete;
  ThreadTimes& operator=(const ThreadTimes&) = delete;

  /// Appends the microseconds of each thread since the last call; nothing where no kernel ran.
  void take(std::vector<double>& us);

  /// The one of the calling OS thread, or null.
  static ThreadTimes* current();
  /// Threads may call it at the same time, each with its own number.
  void add(int thread, double us);

 private:
  struct alignas(64) Slot {  // a cache line each
    double us = 0;
  };
  std::vector<Slot> slots_;
};

}  // namespace gs::simulator
