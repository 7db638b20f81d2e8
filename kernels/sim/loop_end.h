// loop_end.h - the threads of a parallel loop that are done wait awake for the others.
#pragma once
#include <atomic>

namespace gs::simulator {

/// After a wait in vain the threads of so many loops sleep at once: some steps of a small network.
inline constexpr int loops_without_waiting = 64;

/// OpenMP's threads sleep at the end of a loop after some microseconds (apps/openmp_waiting.h). To wake one takes 50 us
/// and more on a virtual machine, and a loop of a training step a few hundred: so a thread stays awake here, as long as
/// a share may take longer than another on an idle machine. If it was in vain, another process has the other thread's
/// core, to which this one's is of more use: then threads sleep at once in some of the next loops.
class LoopEnd {
 public:
  explicit LoopEnd(int parts) : left_(parts) {}
  /// A part is done.
  void arrive() { left_.fetch_sub(1, std::memory_order_release); }
  /// True when all parts are done; false if this thread should sleep.
  bool wait() const;

 private:
  std::atomic<int> left_;
};

}  // namespace gs::simulator
