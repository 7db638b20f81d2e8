// counts_test.cpp - blocks, threads and barriers, which every program counts.
#include "kernels/sim/counts.h"

#include <gtest/gtest.h>

#include "kernels/sim/launch_recorder.h"
#include "tests/sim/count_cases.h"
#include "tests/support/device_array.h"

namespace {

using gs::simulator::Counts;
using gs::test::DeviceArray;

TEST(Counts, BlocksThreadsAndBarriers) {
  DeviceArray<float> y(5 * 64);
  const Counts counts = gs::simulator::count([&] {
    gs::sim::count_barriers(y.data(), 5, 64, 3);
    gs::sim::count_barriers(y.data(), 2, 33, 0);
  });
  ASSERT_EQ(counts.launches.size(), 2u);
  EXPECT_EQ(counts.launches[0].kernel, "barriers");
  EXPECT_EQ(counts.launches[0].grid.x, 5u);
  EXPECT_EQ(counts.launches[0].block.x, 64u);
  EXPECT_EQ(counts.launches[0].barriers, 15) << "a barrier of a block is one, however many threads wait at it";
  EXPECT_EQ(counts.launches[1].barriers, 0);
  EXPECT_EQ(counts.blocks, 7);
  EXPECT_EQ(counts.threads, 5 * 64 + 2 * 33);
  EXPECT_EQ(counts.barriers, 15);
}

TEST(Counts, WithoutInstrumentedKernelsNothingIsSaidOfMemory) {
  DeviceArray<float> y(64);
  const Counts counts = gs::simulator::count([&] { gs::sim::count_barriers(y.data(), 1, 64, 1); });
  EXPECT_FALSE(gs::simulator::counts_memory());
  EXPECT_FALSE(counts.memory);
  EXPECT_EQ(counts.requests, 0);
  EXPECT_TRUE(counts.lines.empty());
}

TEST(Counts, OfTheHostTargetNothingIsCounted) {
  DeviceArray<float> x(std::vector<float>(1000, 1.0f)), y(1000);
  EXPECT_TRUE(gs::simulator::count([&] { gs::host::count_tail(y.data(), x.data(), 1000); }).launches.empty());
}

TEST(Counts, LaunchesThatAreOnlyRecordedDoNotCount) {
  DeviceArray<float> y(64);
  const Counts counts = gs::simulator::count([&] {
    const gs::simulator::LaunchRecorder recorder;
    gs::sim::count_barriers(y.data(), 1, 64, 1);
  });
  EXPECT_TRUE(counts.launches.empty());
}

TEST(Counts, DoNotNest) {
  EXPECT_THROW(gs::simulator::count([] { gs::simulator::count([] {}); }), gs::Error);
  EXPECT_TRUE(gs::simulator::count([] {}).launches.empty()) << "and counting works afterwards";
}

}  // namespace
