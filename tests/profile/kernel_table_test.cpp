// kernel_table_test.cpp - a device's kernel records, as from CUPTI, grouped by op.
#include "engine/profile/kernel_table.h"

#include <gtest/gtest.h>

namespace gs::test {
namespace {

KernelRecord record(const char* name, int call, double start_us, double end_us, unsigned blocks = 1) {
  return {.name = name,
          .call = call,
          .start_us = start_us,
          .end_us = end_us,
          .grid = {blocks, 1, 1},
          .block = {256, 1, 1},
          .shared_bytes = 1024,
          .registers = 40,
          .occupancy = 0.75};
}

TEST(KernelTable, MapsRecordsToOps) {
  KernelTable table(3);
  // Records are out of order and their clock does not start at 0; the second step of a replay has the calls 3, 4, 5.
  const SampledStep step =
      table.step({record("update", 2, 1040, 1050), record("conv", 0, 1010, 1020), record("split", 4, 1022, 1030),
                  record("sum", 1, 1031, 1033), record("[fill]", -1, 1034, 1035)},
                 1000, 1060);
  EXPECT_DOUBLE_EQ(step.wall_us, 60);
  ASSERT_EQ(step.stretches.size(), 5u);
  std::vector<int> ops;
  for (const Stretch& s : step.stretches) ops.push_back(s.op);
  EXPECT_EQ(ops, (std::vector<int>{0, 1, 1, -1, 2}));
  EXPECT_DOUBLE_EQ(step.stretches[0].start_us, 10);
  EXPECT_EQ(op_times(step, 3), (std::vector<double>{10, 10, 10}));
  const TimeSums sums = sums_of(step);
  EXPECT_DOUBLE_EQ(sums.remainder_us(), 1) << "the fill that belongs to no op";
  EXPECT_DOUBLE_EQ(sums.gaps_us, 2 + 1 + 1 + 5);
  EXPECT_DOUBLE_EQ(sums.host_us, 20);
  const TimelineStep timeline = timeline_of(step, table.names());
  EXPECT_EQ(timeline.events[1].kernel, "split");
}

TEST(KernelTable, KernelsOfAnOpWithTheirTimes) {
  KernelTable table(2);
  std::vector<SampledStep> steps;
  for (const double us : {4.0, 2.0, 3.0})
    steps.push_back(table.step({record("part", 1, 1, 1 + us), record("part", 1, 10, 10 + us, 7),
                                record("part", 1, 20, 20 + us, 7), record("other", 0, 30, 31)},
                               0, 40));
  const auto kernels = table.kernels_of(1, steps);
  ASSERT_EQ(kernels.size(), 2u) << "geometry tells kernels of one name apart";
  EXPECT_EQ(kernels[0].launches, 1);
  EXPECT_DOUBLE_EQ(kernels[0].us.median, 3);
  EXPECT_EQ(kernels[1].launches, 2);
  EXPECT_DOUBLE_EQ(kernels[1].us.median, 6) << "all launches of a step together";
  EXPECT_EQ(kernels[1].grid[0], 7u);
  EXPECT_EQ(kernels[1].registers, 40);
  EXPECT_EQ(kernels[1].shared_bytes, 1024u);
  EXPECT_DOUBLE_EQ(kernels[1].occupancy, 0.75);
  EXPECT_EQ(table.kernels_of(0, steps).size(), 1u);
}

TEST(KernelTable, RecordsWithoutTimesAreCountedAndLeftOut) {
  KernelTable table(1);
  const SampledStep step = table.step({record("a", 0, 0, 0), record("b", 0, 1, 2)}, 0, 3);
  EXPECT_EQ(step.stretches.size(), 1u);
  EXPECT_EQ(table.without_times(), 1);
}

}  // namespace
}  // namespace gs::test
