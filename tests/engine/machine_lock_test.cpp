// machine_lock_test.cpp - timing takes the lock exclusively, and training threads do not starve it.
#include "engine/device/machine_lock.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace gs {
namespace {

TEST(MachineLock, SharedLocksOverlap) {
  const SharedMachineLock first;
  std::thread other([] { const SharedMachineLock second; });
  other.join();  // would deadlock if it waited for `first`
}

TEST(MachineLock, ExclusiveLocksAreExclusive) {
  std::atomic<int> training = 0, inside = 0, overlaps = 0, measured = 0;
  std::atomic<bool> stop = false;
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i)
    threads.emplace_back([&] {
      while (!stop) {  // no pause: at any time some thread trains
        const SharedMachineLock lock;
        ++training;
        std::this_thread::yield();
        --training;
      }
    });
  for (int i = 0; i < 2; ++i)
    threads.emplace_back([&] {
      for (int j = 0; j < 50; ++j) {
        const ExclusiveMachineLock lock;
        const int before = inside++;
        std::this_thread::yield();
        if (before > 0 || training > 0) ++overlaps;
        --inside;
        ++measured;
      }
    });
  threads[3].join();
  threads[4].join();
  stop = true;
  for (int i = 0; i < 3; ++i) threads[std::size_t(i)].join();
  EXPECT_EQ(overlaps, 0);
  EXPECT_EQ(measured, 100);
}

}  // namespace
}  // namespace gs
