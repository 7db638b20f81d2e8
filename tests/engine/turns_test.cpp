// turns_test.cpp - who measures is alone, and is not kept waiting by those that train in turns.
#include "engine/device/turns.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace gs {
namespace {

TEST(Turns, ManyTrainAtOnce) {
  const TrainingTurn first;
  std::thread other([] { const TrainingTurn second; });
  other.join();  // it would never end if it had to wait for `first`
}

TEST(Turns, WhoMeasuresIsAlone) {
  std::atomic<int> training = 0, inside = 0, overlaps = 0, measured = 0;
  std::atomic<bool> stop = false;
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i)
    threads.emplace_back([&] {
      while (!stop) {  // without a pause: some thread trains at any time
        const TrainingTurn turn;
        ++training;
        std::this_thread::yield();
        --training;
      }
    });
  for (int i = 0; i < 2; ++i)
    threads.emplace_back([&] {
      for (int j = 0; j < 50; ++j) {
        const MeasuringTurn alone;
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
