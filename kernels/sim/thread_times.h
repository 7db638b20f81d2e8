// thread_times.h - compute time of each CPU thread in the kernels of `host`, for a profile.
#pragma once
#include <vector>

namespace gs::simulator {

/// During its lifetime the `host` launches of the OS thread that made it record how long each OpenMP thread computed.
/// Otherwise a launch tests one pointer and reads no clock. Instances do not nest.
class ThreadTimes {
 public:
  explicit ThreadTimes(int threads);
  ~ThreadTimes();
  ThreadTimes(const ThreadTimes&) = delete;
  ThreadTimes& operator=(const ThreadTimes&) = delete;

  /// Appends the microseconds of each thread since the last call; nothing if no kernel ran.
  void take(std::vector<double>& us);

  /// Instance of the calling OS thread, or null.
  static ThreadTimes* current();
  /// Adds `us` microseconds to a thread. Threads may call it at the same time, each with its own number.
  void add(int thread, double us);

 private:
  struct alignas(64) Slot {  // a cache line each
    double us = 0;
  };
  std::vector<Slot> slots_;
};

}  // namespace gs::simulator
