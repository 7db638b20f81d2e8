// sampled_step_test.cpp - the parts of a recorded step's time add up for any stretches.
#include "engine/profile/sampled_step.h"

#include <gtest/gtest.h>

#include "tests/support/compare.h"

namespace gs::test {
namespace {

double added_up(const TimeSums& s) {
  return s.ops_us - s.overlap_us + s.gaps_us + s.host_us + s.remainder_us();
}

/// Two branches, a gap, and a kernel of no op.
SampledStep recorded_step() {
  return {.wall_us = 100,
          .stretches = {{1, 1, 30, 50}, {0, 0, 10, 30}, {2, 2, 40, 60}, {-1, 3, 65, 75}, {3, 4, 80, 90}},
          .thread_us = {}};
}

TEST(SumsOf, PartsOfARecordedStep) {
  const TimeSums sums = sums_of(recorded_step());
  EXPECT_DOUBLE_EQ(sums.wall_us, 100);
  EXPECT_DOUBLE_EQ(sums.ops_us, 20 + 20 + 20 + 10);
  EXPECT_DOUBLE_EQ(sums.overlap_us, 10);
  EXPECT_DOUBLE_EQ(sums.gaps_us, 5 + 5);
  EXPECT_DOUBLE_EQ(sums.host_us, 10 + 10);
  EXPECT_DOUBLE_EQ(sums.remainder_us(), 10) << "the kernel of no op";
}

TEST(SumsOf, AStepWithoutStretchesIsHostTime) {
  const TimeSums sums = sums_of({.wall_us = 7});
  EXPECT_DOUBLE_EQ(sums.host_us, 7);
  EXPECT_DOUBLE_EQ(sums.remainder_us(), 0);
}

TEST(SumsOf, StretchesThatLeaveTheStepAreClipped) {
  const TimeSums sums = sums_of({.wall_us = 10, .stretches = {{0, -1, -3, 4}, {1, -1, 6, 30}}});
  EXPECT_DOUBLE_EQ(sums.ops_us, 8);
  EXPECT_DOUBLE_EQ(sums.gaps_us, 2);
  EXPECT_DOUBLE_EQ(sums.host_us, 0);
  EXPECT_DOUBLE_EQ(sums.remainder_us(), 0);
}

TEST(SumsOf, AddUpForAnyStretchesAndNoPartIsNegative) {
  Random random(5);
  for (int round = 0; round < 300; ++round) {
    SampledStep step{.wall_us = 1 + double(random.below(1000))};
    for (int i = int(random.below(12)); i > 0; --i) {
      const double start = double(random.below(1200)) - 100;
      step.stretches.push_back({int(random.below(6)) - 1, -1, start, start + double(random.below(300))});
    }
    const TimeSums sums = sums_of(step);
    EXPECT_NEAR(added_up(sums), step.wall_us, 1e-9);
    for (const double part : {sums.ops_us, sums.overlap_us, sums.gaps_us, sums.host_us}) EXPECT_GE(part, 0);
    EXPECT_GE(sums.remainder_us(), -1e-9);
  }
}

TEST(MedianSums, TakeTheMedianOfEachPart) {
  const SampledStep fast{.wall_us = 10, .stretches = {{0, -1, 1, 9}}};
  const SampledStep slow{.wall_us = 30, .stretches = {{0, -1, 2, 28}}};
  const SampledStep middle{.wall_us = 20, .stretches = {{0, -1, 5, 15}}};
  const TimeSums sums = median_sums({fast, slow, middle});
  EXPECT_DOUBLE_EQ(sums.wall_us, 20);
  EXPECT_DOUBLE_EQ(sums.ops_us, 10);
  EXPECT_DOUBLE_EQ(sums.host_us, 4);
  EXPECT_DOUBLE_EQ(sums.remainder_us(), 6) << "median step minus the parts' medians";
  EXPECT_DOUBLE_EQ(added_up(sums), sums.wall_us);
}

TEST(OpTimes, AreTheSumsOfTheirStretches) {
  SampledStep step = recorded_step();
  step.stretches.push_back({3, 5, 91, 94});
  EXPECT_EQ(op_times(step, 5), (std::vector<double>{20, 20, 20, 13, 0}));
}

TEST(TimelineOf, WhatOverlapsGetsALaneOfItsOwn) {
  const TimelineStep timeline = timeline_of(recorded_step(), {"a", "b", "c", "?", "d"});
  ASSERT_EQ(timeline.events.size(), 4u);
  std::vector<int> ops, lanes;
  for (const TimelineEvent& event : timeline.events) ops.push_back(event.op), lanes.push_back(event.lane);
  EXPECT_EQ(ops, (std::vector<int>{0, 1, 2, 3}));
  EXPECT_EQ(lanes, (std::vector<int>{0, 0, 1, 0})) << "a lane is free again when its stretch has ended";
  EXPECT_EQ(timeline.events[3].kernel, "d");
  EXPECT_DOUBLE_EQ(timeline.events[3].start_us, 80);
  EXPECT_DOUBLE_EQ(timeline.events[3].duration_us, 10);
  EXPECT_DOUBLE_EQ(timeline.wall_us, 100);
}

TEST(SpreadOf, IsInterpolated) {
  const Spread spread = spread_of({50, 10, 30, 20, 40, 60, 70, 80, 90, 100, 110});
  EXPECT_DOUBLE_EQ(spread.low, 20);
  EXPECT_DOUBLE_EQ(spread.median, 60);
  EXPECT_DOUBLE_EQ(spread.high, 100);
  EXPECT_DOUBLE_EQ(spread_of({1, 2}).median, 1.5);
  EXPECT_DOUBLE_EQ(spread_of({}).median, 0);
}

}  // namespace
}  // namespace gs::test
