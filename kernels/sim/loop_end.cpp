// loop_end.cpp - how long threads wait awake.
#include "kernels/sim/loop_end.h"

#include <chrono>

#ifdef __x86_64__
#include <immintrin.h>
#endif

namespace gs::simulator {
namespace {

using Clock = std::chrono::steady_clock;

constexpr auto longest_wait = std::chrono::microseconds(300);
constexpr int looks_per_time = 16;  ///< at the parts, between two at the clock

std::atomic<int> without_waiting{0};

/// Leaves the core's units to the other thread that it may have.
void pause() {
#if defined(__x86_64__)
  _mm_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

}  // namespace

bool LoopEnd::wait() const {
  const auto done = [&] { return left_.load(std::memory_order_acquire) == 0; };
  if (done()) return true;
  if (without_waiting.load(std::memory_order_relaxed) > 0) {
    without_waiting.fetch_sub(1, std::memory_order_relaxed);
    return false;
  }
  for (const auto start = Clock::now(); Clock::now() - start < longest_wait;)
    for (int look = 0; look < looks_per_time; ++look) {
      if (done()) return true;
      pause();
    }
  without_waiting.store(loops_without_waiting, std::memory_order_relaxed);
  return false;
}

}  // namespace gs::simulator
