// bound_test.cpp - the table of GPUs, and the lines about what no program can do better on one of them.
#include "kernels/sim/textbook/bound.h"

#include <gtest/gtest.h>

#include <set>

namespace gs::test {
namespace {

using textbook::Gpu;
using textbook::gpu_named;
using textbook::gpus;

TEST(Gpus, AreEightOfEveryComputeCapability) {
  EXPECT_EQ(gpus().size(), 8u);
  std::set<int> capabilities;
  for (const Gpu& gpu : gpus()) {
    ASSERT_NE(multiprocessor(gpu.compute), nullptr) << gpu.name;
    capabilities.insert(gpu.compute);
    EXPECT_FALSE(gpu.source.empty()) << gpu.name;
  }
  EXPECT_EQ(capabilities, (std::set{75, 80, 86, 89, 90, 100, 120}));
}

TEST(Gpus, HaveTheRateOfTheirCores) {
  for (const Gpu& gpu : gpus()) {
    const int cores = gpu.compute == 75 || gpu.compute == 80 ? 64 : 128;  // fp32 lanes of an SM
    EXPECT_NEAR(2.0 * cores * gpu.multiprocessors * gpu.boost_mhz * 1e-6, gpu.fp32_tflops, 0.01 * gpu.fp32_tflops)
        << gpu.name;
  }
}

TEST(Gpus, AreFoundAsPeopleWriteThem) {
  for (const char* name : {"RTX 4060", "rtx4060", "Rtx-4060"}) {
    ASSERT_NE(gpu_named(name), nullptr) << name;
    EXPECT_EQ(gpu_named(name)->name, "RTX 4060");
  }
  for (const char* name : {"", "RTX", "4060", "RTX 40600"}) EXPECT_EQ(gpu_named(name), nullptr) << name;
  EXPECT_EQ(textbook::gpu_names(), "T4, A100, RTX 3060, RTX 4060, RTX 4090, H100, B200, RTX 5090");
}

TEST(Bound, IsTheSlowerOfMemoryAndArithmetic) {
  const Gpu& gpu = *gpu_named("RTX 4060");
  EXPECT_DOUBLE_EQ(textbook::least_seconds(gpu, 272'000'000), 1e-3);
  EXPECT_DOUBLE_EQ(textbook::least_seconds(gpu, 272'000'000, 15'100'000'000), 1e-3);
  EXPECT_DOUBLE_EQ(textbook::least_seconds(gpu, 272'000'000, 30'200'000'000), 2e-3);
}

TEST(Bound, IsRoundedDown) {
  for (const auto& [seconds, text] : {std::pair(8.19e-6, "8.1 us"),
                                      {8.2e-6, "8.2 us"},
                                      {81.9e-6, "81 us"},
                                      {819.9e-6, "819 us"},
                                      {1.99e-3, "1.9 ms"},
                                      {0.0819e-6, "0.081 us"},
                                      {0.0, "0 us"}})
    EXPECT_EQ(textbook::rounded_down(seconds), text);
}

TEST(Bound, SaysWhatMustMoveAndHowManyBlocksFit) {
  EXPECT_EQ(
      textbook::bound_lines({1, 2'203'200, {1024, 4096}}, *gpu_named("RTX 4060")),
      "  at least 8.1 us on an RTX 4060 (272 GB/s): 2.2 MB must move, unless its L2 cache holds them\n"
      "  occupancy at most 67 % on an RTX 4060: 1 block of 1,024 threads at a time on an SM; warps are the limit\n");
  EXPECT_EQ(textbook::bound_lines({3, 0, {32, 0, 40}}, *gpu_named("T4")),
            "  occupancy of its largest launch 50 % on a T4: 16 blocks of 32 threads at a time on an SM; the number of "
            "blocks is the limit\n");
  EXPECT_EQ(textbook::bound_lines({1, 32, {128, 70000}}, *gpu_named("T4")),
            "  at least 0.00010 us on a T4 (320 GB/s): 32 bytes must move, unless its L2 cache holds them\n"
            "  a block of it cannot run on a T4: shared memory is the limit\n");
}

}  // namespace
}  // namespace gs::test
