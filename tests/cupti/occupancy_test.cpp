// occupancy_test.cpp - occupancy on an H200, counted by hand.
#include "engine/profile/cupti_occupancy.h"

#include <gtest/gtest.h>

namespace gs::test {
namespace {

/// 64 warps, 32 blocks, 65,536 registers (given to a warp in 256s) and 228 KiB of shared memory, 1 KiB of it reserved
/// for each block.
constexpr SmLimits h200{.major = 9,
                        .minor = 0,
                        .threads_per_block = 1024,
                        .threads = 2048,
                        .registers_per_block = 65536,
                        .registers = 65536,
                        .shared_bytes_per_block = 48 << 10,
                        .shared_bytes_per_block_most = 227 << 10,
                        .shared_bytes = 228 << 10,
                        .shared_bytes_reserved = 1 << 10,
                        .sms = 132};

TEST(Occupancy, OfSmallKernelsIsFull) {
  EXPECT_DOUBLE_EQ(occupancy(h200, 256, 32, 0, 0), 1);
  EXPECT_DOUBLE_EQ(occupancy(h200, 1024, 32, 0, 0), 1);
}
TEST(Occupancy, IsLimitedByBlocks) {
  EXPECT_DOUBLE_EQ(occupancy(h200, 32, 16, 0, 0), 0.5);
}
TEST(Occupancy, IsLimitedByRegisters) {
  EXPECT_DOUBLE_EQ(occupancy(h200, 256, 96, 0, 48 << 10), 0.25) << "96 * 256 = 24,576: two blocks of eight warps";
  EXPECT_DOUBLE_EQ(occupancy(h200, 256, 33, 0, 0), 0.75) << "33 registers are given as 40: 6 blocks";
}
TEST(Occupancy, IsLimitedBySharedMemory) {
  EXPECT_DOUBLE_EQ(occupancy(h200, 128, 32, 0, 100 << 10), 2.0 * 4 / 64) << "101 KiB with the reserved one";
  EXPECT_DOUBLE_EQ(occupancy(h200, 128, 32, 40 << 10, 0), 5.0 * 4 / 64) << "41 KiB each";
}
TEST(Occupancy, OfWhatCannotBeIsZero) {
  EXPECT_EQ(occupancy(h200, 1024, 255, 0, 0), 0) << "too many registers";
  EXPECT_EQ(occupancy(h200, 256, 32, 0, 300 << 10), 0) << "too much shared memory";
  EXPECT_EQ(occupancy({}, 256, 32, 0, 0), 0) << "an unknown SM";
  EXPECT_EQ(occupancy(h200, 0, 32, 0, 0), 0);
}

}  // namespace
}  // namespace gs::test
