// loop_end_test.cpp - threads that are done wait for the others, and do not after they have waited in vain.
#include "kernels/sim/loop_end.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>

namespace gs::simulator {
namespace {

using Clock = std::chrono::steady_clock;

/// Lets loops pass until one stays awake again.
void end_the_pause() {
  for (int loop = 0; loop <= loops_without_waiting; ++loop) LoopEnd(1);
}

TEST(LoopEnd, IsReachedWhenAllPartsAreDone) {
  LoopEnd end(3);
  for (int part = 0; part < 3; ++part) end.arrive();
  EXPECT_TRUE(end.wait());
}

// Another process may have taken the other thread's core for long.
TEST(LoopEnd, IsNotWaitedForForeverNorInTheNextLoops) {
  end_the_pause();
  LoopEnd end(2);
  if (!end.stays_awake()) GTEST_SKIP() << "OMP_WAIT_POLICY is passive";
  end.arrive();
  EXPECT_FALSE(end.wait());
  for (int loop = 0; loop < loops_without_waiting; ++loop) EXPECT_FALSE(LoopEnd(2).stays_awake()) << loop;
  EXPECT_TRUE(LoopEnd(2).stays_awake());
}

// An attempt fails if the other thread gets no core in time.
TEST(LoopEnd, IsSeenByAThreadThatWaits) {
  bool seen = false;
  for (int attempt = 0; attempt < 1000 && !seen; ++attempt) {
    end_the_pause();
    LoopEnd end(1);
    std::atomic<bool> waits{false};
    Clock::time_point arrival;
    std::thread other([&] {
      while (!waits) {
      }
      const auto heard = Clock::now();
      while (Clock::now() - heard < std::chrono::microseconds(20)) {
      }
      arrival = Clock::now();
      end.arrive();
    });
    waits = true;
    const auto begin = Clock::now();
    const bool reached = end.wait();
    other.join();
    seen = reached && arrival > begin;
  }
  EXPECT_TRUE(seen);
}

}  // namespace
}  // namespace gs::simulator
