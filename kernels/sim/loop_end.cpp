// loop_end.cpp - how long threads stay awake.
#include "kernels/sim/loop_end.h"

#include <algorithm>
#include <cstdlib>
#include <string_view>

#ifdef __x86_64__
#include <immintrin.h>
#endif

namespace gs::simulator {
namespace {

using Clock = std::chrono::steady_clock;

constexpr auto shortest_wait = std::chrono::microseconds(300);
constexpr int part_of_the_loop = 4;  ///< shares of long loops differ by less than a quarter on an idle machine
constexpr int looks_per_time = 16;   ///< at the parts, between two at the clock

std::atomic<int> without_waiting{0};

bool may_stay_awake() {
  static const char* const policy = std::getenv("OMP_WAIT_POLICY");
  static const bool is_passive =
      policy && (std::string_view(policy) == "passive" || std::string_view(policy) == "PASSIVE");
  return !is_passive;
}

/// True once for each loop that may wait; a loop that must not counts as one of loops_without_waiting.
bool decide() {
  return may_stay_awake() && (without_waiting.load(std::memory_order_relaxed) <= 0 ||
                              without_waiting.fetch_sub(1, std::memory_order_relaxed) <= 0);
}

/// Leaves the core's units to the other thread that it may have.
void pause() {
#if defined(__x86_64__)
  _mm_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

}  // namespace

LoopEnd::LoopEnd(int parts) : left_(parts), stays_awake_(decide()), start_(Clock::now()) {}

bool LoopEnd::wait() const {
  const auto done = [&] { return left_.load(std::memory_order_acquire) <= 0; };
  if (done()) return true;
  if (!stays_awake_) return false;
  const auto now = Clock::now();
  const auto longest = std::max<Clock::duration>(shortest_wait, (now - start_) / part_of_the_loop);
  while (Clock::now() - now < longest)
    for (int look = 0; look < looks_per_time; ++look) {
      if (done()) return true;
      pause();
    }
  without_waiting.store(loops_without_waiting, std::memory_order_relaxed);
  return false;
}

}  // namespace gs::simulator
