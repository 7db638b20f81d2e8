// op_bound_test.cpp - the least time of an op by hand, and its limit.
#include "engine/program/op_bound.h"

#include <gtest/gtest.h>

namespace gs {
namespace {

OpCall call(double flops, double bytes, bool tensor_cores = false, std::string implementation = "tiled") {
  OpCall c;
  c.cost = {.flops = flops, .bytes = bytes};
  c.tensor_cores = tensor_cores;
  c.implementation = std::move(implementation);
  return c;
}
/// Ten SMs of the H200's kind, 1000 cycles in a microsecond.
GpuModel small_gpu() {
  GpuModel gpu = h200();
  gpu.multiprocessors = 10;
  gpu.cycles_per_us = 1000;
  gpu.kernel_us = 2;
  gpu.bytes_per_us = 100;
  gpu.fp32_flops_per_us = 50;
  gpu.tf32_flops_per_us = 1000, gpu.own_tf32_flops_per_us = 500;
  return gpu;
}
InterpretedLaunch launch(unsigned blocks, unsigned threads, std::int64_t instructions, std::int64_t cycles,
                         int registers = 32) {
  return {.kernel = "k",
          .grid = {blocks, 1, 1},
          .block = {threads, 1, 1},
          .registers = registers,
          .warp_instructions = instructions,
          .block_cycles = cycles};
}

TEST(OpBound, WithoutCountsItIsTheLaunchesAndTheLongerOfBytesAndArithmetic) {
  const OpBound b = op_bound(call(400, 1000), 3, Precision::fp32, small_gpu());
  EXPECT_DOUBLE_EQ(b.launch_us, 6);
  EXPECT_DOUBLE_EQ(b.bytes_us, 10);
  EXPECT_DOUBLE_EQ(b.arithmetic_us, 8);
  EXPECT_DOUBLE_EQ(b.us(), 16);
  EXPECT_EQ(b.bound(), Bound::bytes);
  EXPECT_EQ(op_bound(call(600, 1000), 3, Precision::fp32, small_gpu()).bound(), Bound::arithmetic);
  EXPECT_EQ(op_bound(call(1, 1), 1, Precision::fp32, small_gpu()).bound(), Bound::launch);
  EXPECT_EQ(op_bound(call(0, 0), 0, Precision::fp32, small_gpu()).bound(), Bound::unknown);
}
TEST(OpBound, TensorCoresHaveTheRateOfTheirInstructions) {
  const auto arithmetic_us = [](const OpCall& c, Precision p) { return op_bound(c, 1, p, small_gpu()).arithmetic_us; };
  EXPECT_DOUBLE_EQ(arithmetic_us(call(1000, 0), Precision::tf32), 20) << "no tensor cores";
  EXPECT_DOUBLE_EQ(arithmetic_us(call(1000, 0, true), Precision::tf32), 2);
  EXPECT_DOUBLE_EQ(arithmetic_us(call(1000, 0, false, "cudnn 3"), Precision::tf32), 1);
  EXPECT_DOUBLE_EQ(arithmetic_us(call(1000, 0, false, "cudnn 3"), Precision::fp32), 20);
}
TEST(OpBound, InstructionsAreIssuedWhereTheMostBlocksAre) {
  // 21 blocks on 10 SMs: one has three. 8 warps a block keep all four schedulers busy.
  const OpBound b = op_bound(call(0, 0), {launch(21, 256, 21 * 8000, 100)}, Precision::fp32, small_gpu());
  EXPECT_DOUBLE_EQ(b.issue_us, 3 * 8000 / 4 / 1000.0);
  EXPECT_EQ(b.bound(), Bound::issue);
  EXPECT_DOUBLE_EQ(b.us(), 2 + 6);
}
TEST(OpBound, AWarpAloneUsesOneScheduler) {
  EXPECT_DOUBLE_EQ(op_bound(call(0, 0), {launch(10, 32, 10 * 1000, 0)}, Precision::fp32, small_gpu()).issue_us, 1);
  EXPECT_DOUBLE_EQ(op_bound(call(0, 0), {launch(20, 64, 20 * 1000, 0)}, Precision::fp32, small_gpu()).issue_us, 0.5)
      << "two blocks of two warps";
}
TEST(OpBound, BlocksThatDoNotFitWaitForOthers) {
  // 1024 threads of 64 registers fill an SM's 65536; the second block of an SM follows the first.
  const OpBound one = op_bound(call(0, 0), {launch(10, 1024, 1, 9000, 64)}, Precision::fp32, small_gpu());
  const OpBound two = op_bound(call(0, 0), {launch(11, 1024, 1, 9000, 64)}, Precision::fp32, small_gpu());
  const OpBound small = op_bound(call(0, 0), {launch(20, 1024, 1, 9000, 32)}, Precision::fp32, small_gpu());
  EXPECT_DOUBLE_EQ(one.latency_us, 9);
  EXPECT_DOUBLE_EQ(two.latency_us, 18);
  EXPECT_DOUBLE_EQ(small.latency_us, 9) << "2048 threads are resident at a time";
  EXPECT_EQ(one.bound(), Bound::latency);
}
TEST(OpBound, TheLastBlockMayTakeLongerThanTheOthers) {
  const auto latency_us = [](unsigned blocks, std::int64_t last) {
    InterpretedLaunch made = launch(blocks, 1024, 1, 9000, 64);
    made.last_block_cycles = last;
    return op_bound(call(0, 0), {made}, Precision::fp32, small_gpu()).latency_us;
  };
  EXPECT_DOUBLE_EQ(latency_us(10, 12000), 12);
  EXPECT_DOUBLE_EQ(latency_us(11, 12000), 9 + 12) << "a block before it";
  EXPECT_DOUBLE_EQ(latency_us(10, 100), 9) << "a shorter one changes nothing";
}
TEST(OpBound, KernelsOfAnOpFollowOneAnother) {
  const OpBound b = op_bound(call(0, 500), {launch(10, 128, 10 * 16000, 1000), launch(10, 128, 10 * 400, 3000)},
                             Precision::fp32, small_gpu());
  EXPECT_DOUBLE_EQ(b.issue_us, 4 + 0.1);
  EXPECT_DOUBLE_EQ(b.latency_us, 1 + 3);
  EXPECT_DOUBLE_EQ(b.kernels_us, 4 + 3) << "the larger of each kernel";
  EXPECT_DOUBLE_EQ(b.us(), 4 + 7);
}

}  // namespace
}  // namespace gs
