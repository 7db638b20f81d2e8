// occupancy_test.cpp - occupancy by arithmetic against the CUDA toolkit's calculator: live where the toolkit is, and
// against recorded results everywhere.
#include "kernels/common/occupancy.h"

#include <gtest/gtest.h>

#ifdef GRIDSTRIDE_COMPARE_WITH_CUDA_HEADERS
#include "tests/gpus/occupancy_calculator.h"
#endif

namespace gs::test {
namespace {

struct Recorded {
  int compute, threads, shared_bytes, registers, blocks;
};
// Results of cudaOccMaxActiveBlocksPerMultiprocessor (CUDA 13.0), as occupancy_calculator.h calls it.
constexpr Recorded recorded[] = {
    {75, 768, 0, 32, 1},       {75, 768, 1000, 64, 1},    {75, 320, 0, 32, 3},      {75, 768, 4224, 48, 1},
    {75, 96, 101376, 64, 0},   {75, 96, 101376, 64, 0},   {75, 320, 101376, 64, 0}, {75, 64, 4224, 168, 6},
    {80, 96, 0, 128, 5},       {80, 32, 1000, 128, 16},   {80, 64, 49152, 128, 3},  {80, 512, 33000, 24, 4},
    {80, 64, 16384, 48, 9},    {80, 96, 16384, 168, 4},   {80, 128, 49152, 16, 3},  {80, 1024, 33000, 16, 2},
    {86, 320, 33000, 168, 1},  {86, 512, 101376, 40, 1},  {86, 32, 49152, 255, 2},  {86, 128, 8448, 40, 10},
    {86, 320, 0, 96, 2},       {86, 32, 4224, 72, 16},    {86, 96, 1000, 255, 2},   {86, 64, 0, 168, 6},
    {89, 96, 66000, 168, 1},   {89, 768, 0, 255, 0},      {89, 768, 4224, 128, 0},  {89, 32, 4224, 40, 19},
    {89, 768, 101376, 40, 1},  {89, 128, 0, 128, 4},      {89, 64, 33000, 24, 3},   {89, 320, 0, 255, 0},
    {90, 96, 8448, 168, 4},    {90, 320, 0, 72, 2},       {90, 320, 8448, 16, 6},   {90, 512, 16384, 128, 1},
    {90, 128, 8448, 168, 3},   {90, 32, 49152, 24, 4},    {90, 64, 4224, 96, 10},   {90, 64, 101376, 72, 2},
    {100, 768, 1000, 16, 2},   {100, 256, 49152, 96, 2},  {100, 768, 0, 128, 0},    {100, 64, 66000, 96, 3},
    {100, 1024, 8448, 40, 1},  {100, 1024, 66000, 32, 2}, {100, 256, 33000, 32, 6}, {100, 512, 33000, 32, 4},
    {120, 320, 4224, 96, 2},   {120, 512, 66000, 40, 1},  {120, 64, 8448, 48, 10},  {120, 768, 101376, 40, 1},
    {120, 256, 66000, 128, 1}, {120, 1024, 0, 72, 0},     {120, 32, 66000, 96, 1},  {120, 32, 8448, 96, 10},
};

TEST(OccupancyByArithmetic, IsTheRecordedOne) {
  for (const Recorded& r : recorded)
    EXPECT_EQ(occupancy(*multiprocessor(r.compute), {r.threads, std::size_t(r.shared_bytes), r.registers}).blocks,
              r.blocks)
        << r.compute << ": " << r.threads << " threads, " << r.shared_bytes << " bytes, " << r.registers
        << " registers";
}

#ifdef GRIDSTRIDE_COMPARE_WITH_CUDA_HEADERS
TEST(OccupancyByArithmetic, IsTheToolkitsCalculators) {
  int combinations = 0;
  for (const int compute : {75, 80, 86, 89, 90, 100, 120})
    for (const int threads : {1, 32, 33, 96, 128, 256, 320, 512, 1024, 1025})
      for (const std::size_t shared : {0, 100, 1000, 4224, 16384, 33000, 49153, 66000, 101376, 101377, 232448})
        for (const int registers : {0, 16, 17, 32, 33, 40, 64, 96, 128, 168, 255}) {
          const BlockNeeds block{threads, shared, registers};
          const auto& sm = *multiprocessor(compute);
          EXPECT_EQ(occupancy(sm, block).blocks, blocks_by_calculator(sm, block))
              << compute << ": " << threads << " threads, " << shared << " bytes, " << registers << " registers";
          ++combinations;
        }
  EXPECT_GE(combinations, 200);
}
#endif

// The calculator above gets the sizes of shared memory from the table under test, so here they are once more.
TEST(OccupancyByArithmetic, FitsTheSharedMemoryOfEachGpu) {
  constexpr struct {
    int compute, half, most;  // KiB: of a block that fits twice, and of the largest that can run
  } cases[] = {{75, 32, 64}, {80, 81, 163}, {86, 49, 99}, {89, 49, 99}, {90, 113, 227}, {100, 113, 227}, {120, 49, 99}};
  for (const auto& c : cases) {
    SCOPED_TRACE(c.compute);
    const auto blocks = [&](int bytes) {
      return occupancy(*multiprocessor(c.compute), {32, std::size_t(bytes)}).blocks;
    };
    EXPECT_EQ(blocks(c.half << 10), 2);
    EXPECT_EQ(blocks((c.half << 10) + 1), 1);
    EXPECT_EQ(blocks(c.most << 10), 1);
    EXPECT_EQ(blocks((c.most << 10) + 1), 0);
  }
}

TEST(OccupancyByArithmetic, FillsTheWarpsOfEachGpu) {
  for (const auto& [compute, threads] :
       {std::pair(75, 1024), {80, 2048}, {86, 1536}, {89, 1536}, {90, 2048}, {100, 2048}, {120, 1536}})
    EXPECT_EQ(occupancy(*multiprocessor(compute), {128}).blocks, threads / 128) << compute;
}

TEST(OccupancyByArithmetic, NamesItsLimit) {
  const auto& sm = *multiprocessor(89);
  EXPECT_EQ(occupancy(sm, {256}).limit, ResidencyLimit::warps);
  EXPECT_EQ(occupancy(sm, {32}).limit, ResidencyLimit::blocks);
  EXPECT_EQ(occupancy(sm, {256, 30000}).limit, ResidencyLimit::shared_memory);
  EXPECT_EQ(occupancy(sm, {256, 0, 64}).limit, ResidencyLimit::registers);
}

TEST(OccupancyByArithmetic, IsAPartOfTheWarps) {
  const auto found = occupancy(*multiprocessor(89), {1024});  // 48 warps fit, a block has 32
  EXPECT_EQ(found.blocks, 1);
  EXPECT_EQ(found.warps, 32);
  EXPECT_DOUBLE_EQ(found.part, 2.0 / 3);
}

TEST(OccupancyByArithmetic, WithoutRegistersIsAnUpperBound) {
  for (const Recorded& r : recorded)
    EXPECT_GE(occupancy(*multiprocessor(r.compute), {r.threads, std::size_t(r.shared_bytes)}).blocks, r.blocks);
}

TEST(OccupancyByArithmetic, KnowsNoOtherGpus) {
  EXPECT_EQ(multiprocessor(70), nullptr);
  EXPECT_EQ(multiprocessor(0), nullptr);
}

}  // namespace
}  // namespace gs::test
