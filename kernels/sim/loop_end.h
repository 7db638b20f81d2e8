// loop_end.h - the threads of a parallel loop that are done stay awake until the others are done.
#pragma once
#include <atomic>
#include <chrono>

namespace gs::simulator {

/// libgomp's threads sleep at the end of a loop after some microseconds (apps/openmp_waiting.h). On a virtual machine
/// it takes 50 us and more to wake one, a good part of a loop of a small network. So a thread that is done stays awake
/// here for up to 300 us, or a quarter of the loop's time. If the others are not done by then, they have probably lost
/// their core to another process and can use this one: then the threads of the next loops sleep at once.
class LoopEnd {
 public:
  /// The loop begins. It has as many parts as arrive() will be called.
  explicit LoopEnd(int parts);
  /// A part is done.
  void arrive() { left_.fetch_sub(1, std::memory_order_release); }
  /// Returns when all parts are done or when this thread should sleep; true if all are done.
  bool wait() const;
  /// True if wait() waits.
  bool stays_awake() const { return stays_awake_; }

 private:
  alignas(64) std::atomic<int> left_;  ///< beside nothing that the parts read
  const bool stays_awake_;
  const std::chrono::steady_clock::time_point start_;
};

/// The number of loops whose threads sleep at once after threads have waited in vain: some steps of a small network.
inline constexpr int loops_without_waiting = 64;

}  // namespace gs::simulator
