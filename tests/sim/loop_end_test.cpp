// loop_end_test.cpp - threads that are done wait for the others, and do not after they have waited in vain.
#include "kernels/sim/loop_end.h"

#include <gtest/gtest.h>

#include <thread>

namespace gs::simulator {
namespace {

TEST(LoopEnd, IsReachedWhenAllPartsAreDone) {
  LoopEnd end(3);
  for (int part = 0; part < 3; ++part) end.arrive();
  EXPECT_TRUE(end.wait());
}

// Also if no part is ever done: the other thread may have lost its core for long.
TEST(LoopEnd, IsNotWaitedForForever) {
  LoopEnd end(2);
  end.arrive();
  for (int loop = 0; loop <= 2 * loops_without_waiting; ++loop) EXPECT_FALSE(end.wait());
}

TEST(LoopEnd, IsSeenByAThreadThatWaits) {
  bool seen = false;
  for (int attempt = 0; attempt < 100000 && !seen; ++attempt) {
    LoopEnd end(1);
    std::thread other([&] { end.arrive(); });
    seen = end.wait();
    other.join();
  }
  EXPECT_TRUE(seen) << "in 100,000 loops one thread must have stayed awake until the other was done";
}

}  // namespace
}  // namespace gs::simulator
