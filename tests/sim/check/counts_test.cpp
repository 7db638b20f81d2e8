// counts_test.cpp - accesses of memory, counted: sectors, bank conflicts, divergence, lines.
#include "kernels/sim/counts.h"

#include <gtest/gtest.h>

#include "kernels/sim/simulator.h"
#include "tests/sim/count_cases.h"
#include "tests/sim/marks.h"
#include "tests/support/device_array.h"

namespace {

using gs::simulator::Counts;
using gs::simulator::LineCounts;
using gs::test::DeviceArray;

class CountedMemory : public ::testing::Test {
 protected:
  DeviceArray<float> x_{std::vector<float>(4096, 1.0f)}, y_{std::vector<float>(4096, 0.0f)};
  float *x = x_.data(), *y = y_.data();

  /// The counts of the marked line; zero if nothing was counted there.
  static LineCounts at(const Counts& counts, const std::string& mark) {
    const std::string place = "tests/sim/" + gs::test::marked(mark, {"count_kernels.cu"});
    for (const LineCounts& line : counts.lines)
      if (line.place == place) return line;
    return {};
  }
  Counts load(int stride, int offset) {
    return gs::simulator::count([&] { gs::sim::count_load(y, x, stride, offset); });
  }
};

TEST_F(CountedMemory, SectorsFollowFromTheAddressesOfAWarp) {
  const struct {
    int stride, offset;
    std::int64_t sectors, wasted;
  } cases[] = {{1, 0, 4, 0}, {1, 1, 5, 1}, {2, 0, 8, 4}, {4, 0, 16, 12}, {32, 0, 32, 28}, {0, 5, 1, 0}, {-1, 31, 4, 0}};
  for (const auto& c : cases) {
    SCOPED_TRACE("stride " + std::to_string(c.stride) + ", offset " + std::to_string(c.offset));
    const Counts counts = load(c.stride, c.offset);
    EXPECT_EQ(at(counts, "load").requests, 1);
    EXPECT_EQ(at(counts, "load").sectors, c.sectors);
    EXPECT_EQ(at(counts, "load").wasted_sectors, c.wasted);
    EXPECT_EQ(at(counts, "store").sectors, 4);
    EXPECT_EQ(counts.wasted_sectors, c.wasted);
    EXPECT_EQ(counts.requests, 2);
    EXPECT_EQ(counts.sectors, c.sectors + 4);
    EXPECT_EQ(counts.divergent_requests, 0);
    EXPECT_EQ(counts.shared_requests, 0);
    EXPECT_EQ(counts.loads, 32);
    EXPECT_EQ(counts.stores, 32);
    EXPECT_EQ(counts.loaded_bytes, 128);
    EXPECT_EQ(counts.stored_bytes, 128);
    EXPECT_TRUE(counts.memory);
    EXPECT_FALSE(counts.cut_apart);
  }
}

TEST_F(CountedMemory, AFloat4IsOneAccess) {
  const Counts counts = gs::simulator::count([&] { gs::sim::count_wide(y, x); });
  EXPECT_EQ(at(counts, "wide load").requests, 1);
  EXPECT_EQ(at(counts, "wide load").sectors, 16);
  EXPECT_EQ(at(counts, "wide load").wasted_sectors, 0) << "512 bytes fill 16";
  EXPECT_EQ(counts.loads, 32);
  EXPECT_EQ(counts.loaded_bytes, 512);
}

TEST_F(CountedMemory, TheIdealOfABf16IsHalfThatOfAFloat) {
  const DeviceArray<gs::bf16> halves(std::vector<gs::bf16>(1024, gs::rounded<gs::bf16>(1.0f)));
  const struct {
    int stride;
    std::int64_t sectors, wasted;
  } cases[] = {{1, 2, 0}, {2, 4, 2}, {16, 32, 30}, {0, 1, 0}};
  for (const auto& c : cases) {
    SCOPED_TRACE(c.stride);
    const Counts counts = gs::simulator::count([&] { gs::sim::count_narrow(y, halves.data(), c.stride); });
    EXPECT_EQ(at(counts, "narrow load").requests, 1);
    EXPECT_EQ(at(counts, "narrow load").sectors, c.sectors);
    EXPECT_EQ(at(counts, "narrow load").wasted_sectors, c.wasted);
  }
}

TEST_F(CountedMemory, BankConflictsAreTurnsBeyondTheFirst) {
  for (const auto& [stride, conflicts] : {std::pair{1, 0}, {2, 1}, {3, 0}, {4, 3}, {8, 7}, {32, 31}, {33, 0}, {0, 0}}) {
    SCOPED_TRACE("stride " + std::to_string(stride));
    const Counts counts = gs::simulator::count([&] { gs::sim::count_shared(y, stride); });
    EXPECT_EQ(at(counts, "words").shared_requests, 1);
    EXPECT_EQ(at(counts, "words").bank_conflicts, conflicts);
    EXPECT_EQ(at(counts, "fill").shared_requests, 33);
    EXPECT_EQ(counts.bank_conflicts, conflicts);
    EXPECT_EQ(counts.requests, 1) << "the store of y";
    EXPECT_EQ(counts.loads, 0) << "shared memory is not counted among the loads";
  }
}

TEST_F(CountedMemory, WideAccessesOfSharedMemoryAreServedInParts) {
  const struct {
    int width, stride, conflicts;
  } cases[] = {{2, 1, 0}, {2, 2, 2}, {2, 0, 0}, {4, 1, 0}, {4, 2, 4}, {4, 4, 12}, {4, 0, 0}};
  for (const auto& c : cases) {
    SCOPED_TRACE("float" + std::to_string(c.width) + ", stride " + std::to_string(c.stride));
    const Counts counts = gs::simulator::count([&] { gs::sim::count_shared_wide(y, c.width, c.stride); });
    EXPECT_EQ(at(counts, "wide words").shared_requests, 1);
    EXPECT_EQ(at(counts, "wide words").bank_conflicts, c.conflicts);
  }
}

TEST_F(CountedMemory, ABranchOfHalfTheWarpDiverges) {
  const Counts counts = gs::simulator::count([&] { gs::sim::count_branch(y, x); });
  EXPECT_EQ(at(counts, "branch").requests, 2);
  EXPECT_EQ(at(counts, "branch").divergent_requests, 2);
  EXPECT_EQ(at(counts, "branch").sectors, 8);
  EXPECT_EQ(at(counts, "branch").wasted_sectors, 4) << "16 floats would fit into 2, twice";
  EXPECT_EQ(counts.loads, 16);
}

TEST_F(CountedMemory, BehindABranchTheWarpIsWholeAgain) {
  const Counts counts = gs::simulator::count([&] { gs::sim::count_two_ways(y, x, x + 64); });
  EXPECT_EQ(at(counts, "one way").divergent_requests, 1);
  EXPECT_EQ(at(counts, "other way").divergent_requests, 1);
  EXPECT_EQ(at(counts, "both ways").requests, 1);
  EXPECT_EQ(at(counts, "both ways").divergent_requests, 0);
}

TEST_F(CountedMemory, LanesThatLeaveALoopEarlierMakeItsLaterRequestsDivergent) {
  const Counts counts = gs::simulator::count([&] { gs::sim::count_triangle(y, x); });
  EXPECT_EQ(at(counts, "triangle").requests, 32);
  EXPECT_EQ(at(counts, "triangle").divergent_requests, 31);
  EXPECT_EQ(at(counts, "triangle").sectors, 8 * (4 + 3 + 2 + 1)) << "lanes j .. 31 of iteration j";
  EXPECT_EQ(at(counts, "after triangle").requests, 1);
  EXPECT_EQ(at(counts, "after triangle").divergent_requests, 0);
}

TEST_F(CountedMemory, IterationsOfNestedLoopsAreKeptApart) {
  const Counts counts = gs::simulator::count([&] { gs::sim::count_nested_loops(y, x); });
  // i = 0, 2: the lanes 4k + 2 make two iterations, the lanes 4k none; i = 1: the lanes 4k + 1 make one, 4k + 3 three.
  EXPECT_EQ(at(counts, "inner").requests, 2 + 3 + 2);
  EXPECT_EQ(at(counts, "inner").sectors, 7 * 4) << "every lane's row is one of x's 128-byte lines";
  EXPECT_EQ(at(counts, "inner").divergent_requests, 7);
  EXPECT_EQ(at(counts, "outer").requests, 3);
  EXPECT_EQ(at(counts, "outer").sectors, 3 * 4);
  EXPECT_EQ(at(counts, "after loops").requests, 1);
  EXPECT_EQ(at(counts, "after loops").divergent_requests, 0);
}

TEST_F(CountedMemory, TheTailOfAGridDiverges) {
  const Counts counts = gs::simulator::count([&] { gs::sim::count_tail(y, x, 1000); });
  EXPECT_EQ(counts.requests, 64) << "32 warps load and store; those of the tail's block that have nothing to do do not";
  EXPECT_EQ(counts.sectors, 2 * (31 * 4 + 1));
  EXPECT_EQ(counts.divergent_requests, 2);
  EXPECT_EQ(counts.loaded_bytes, 4000);
  EXPECT_EQ(counts.blocks, 4);
  EXPECT_EQ(counts.threads, 1024);
}

TEST_F(CountedMemory, LanesThatHadEndedAtTheLastMeetingAreNotMissed) {
  gs::simulator::options().strict_exit = false;
  const Counts counts = gs::simulator::count([&] { gs::sim::count_leaving(y, x); });
  gs::simulator::options().strict_exit = true;
  EXPECT_EQ(at(counts, "before leaving").divergent_requests, 0);
  EXPECT_EQ(at(counts, "after leaving").requests, 1);
  EXPECT_EQ(at(counts, "after leaving").divergent_requests, 0);
}

TEST_F(CountedMemory, AnAtomicOperationIsOneRequest) {
  DeviceArray<int> sums(std::vector<int>(4, 0));
  const Counts counts = gs::simulator::count([&] { gs::sim::count_atomics(sums.data()); });
  EXPECT_EQ(counts.requests, 1);
  EXPECT_EQ(counts.sectors, 1);
  EXPECT_EQ(counts.loads, 32);
  EXPECT_EQ(counts.stores, 32);
  EXPECT_EQ(counts.stored_bytes, 128);
  EXPECT_EQ(sums[0], 8) << "the kernel runs while it is counted";
}

TEST_F(CountedMemory, AnAsynchronousCopyIsOneRequestOnEitherSide) {
  const Counts counts = gs::simulator::count([&] { gs::sim::count_async(y, x); });
  EXPECT_EQ(at(counts, "async").requests, 1);
  EXPECT_EQ(at(counts, "async").wasted_sectors, 0);
  EXPECT_EQ(at(counts, "async").sectors, 8) << "16 lanes of 16 bytes; the others write zeros and read nothing";
  EXPECT_EQ(at(counts, "async").shared_requests, 1);
  EXPECT_EQ(at(counts, "async").bank_conflicts, 0);
  EXPECT_EQ(at(counts, "async").divergent_requests, 0);
  EXPECT_EQ(counts.loads, 16);
  EXPECT_EQ(counts.loaded_bytes, 256);
  EXPECT_EQ(at(counts, "async read").bank_conflicts, 3);
  EXPECT_EQ(counts.shared_requests, 2);
}

TEST_F(CountedMemory, LdmatrixReadsEightRowsAtATime) {
  DeviceArray<std::uint32_t> rows(32);
  for (const auto& [pitch, conflicts] : {std::pair{4, 0}, {36, 0}, {32, 4 * 7}, {8, 4}}) {
    const Counts counts = gs::simulator::count([&] { gs::sim::count_matrix_rows(rows.data(), pitch); });
    EXPECT_EQ(at(counts, "ldmatrix").shared_requests, 1) << pitch;
    EXPECT_EQ(at(counts, "ldmatrix").bank_conflicts, conflicts) << pitch;
  }
}

TEST_F(CountedMemory, AStructureIsCopiedInPiecesOf16Bytes) {
  DeviceArray<gs::Record> a(std::vector<gs::Record>(1)), b(1);
  const Counts counts = gs::simulator::count([&] { gs::sim::count_record(b.data(), a.data()); });
  EXPECT_EQ(counts.loads, 3);
  EXPECT_EQ(counts.stores, 3);
  EXPECT_EQ(counts.loaded_bytes, 48);
  EXPECT_EQ(at(counts, "record").requests, 6);
}

TEST_F(CountedMemory, TheSameCallsCountTheSameAgain) {
  const auto both = [&] {
    gs::sim::count_nested_loops(y, x);
    gs::sim::count_load(y, x, 2, 0);
  };
  const Counts first = gs::simulator::count(both), second = gs::simulator::count(both);
  EXPECT_EQ(first.requests, second.requests);
  EXPECT_EQ(first.lines.size(), second.lines.size());
  ASSERT_EQ(first.launches.size(), 2u);
  EXPECT_EQ(first.launches[1].kernel, "load");
}

TEST_F(CountedMemory, LogsAreBoundedAndSayWhenTheyWereCut) {
  const Counts whole = gs::simulator::count([&] { gs::sim::count_many(y, x, 1000); });
  EXPECT_FALSE(whole.cut_apart);
  EXPECT_EQ(whole.requests, 1001);
  const Counts cut = gs::simulator::count([&] { gs::sim::count_many(y, x, 150000); });
  EXPECT_TRUE(cut.cut_apart);
  EXPECT_EQ(cut.loads, 32 * 150000) << "what threads do is exact all the same";
  EXPECT_GT(cut.requests, 150001);
}

TEST_F(CountedMemory, TheCheckerLooksAgainAfterwards) {
  DeviceArray<float> small(8);
  gs::simulator::count([&] { gs::sim::count_load(y, x, 1, 0); });
  EXPECT_THROW(gs::sim::count_load(small.data(), x, 1, 0), gs::simulator::SimError);
  EXPECT_EQ(gs::simulator::take_reports().size(), 1u);
}

TEST_F(CountedMemory, AnErrorInAKernelEndsTheCounting) {
  const auto broken = [&] { gs::sim::count_leaving(y, x); };  // with strict exits
  EXPECT_THROW(gs::simulator::count(broken), gs::simulator::SimError);
  EXPECT_EQ(load(1, 0).requests, 2);
}

}  // namespace
