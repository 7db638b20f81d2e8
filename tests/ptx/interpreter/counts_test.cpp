// Instruction counts of loops, counted by hand, and sums by source line.
#include "kernels/ptx/counts.h"

#include "tests/ptx/ptx_kernel.h"

namespace gs::test {
namespace {

using Counted = std::vector<std::uint64_t>;

/// A kernel without parameters, of lines 10, 11 and 12 of two files.
std::unique_ptr<ptx::Module> module_of(const std::string& body) {
  return ptx::parse(ptx_header + ".visible .entry _ZN2gs5countIfEEvi()\n{\n.reg .pred %p<4>;\n.reg .b32 %r<8>;\n" +
                        body + "\n}\n\t.file\t1 \"kernels/a.cu\"\n\t.file\t2 \"kernels/b.h\", 17, 4\n",
                    "made.ptx");
}
ptx::Launch launch_of(const ptx::Module& module, unsigned blocks, unsigned threads) {
  return {.module = &module, .kernel = &module.kernels.begin()->second, .grid = {blocks}, .block = {threads}};
}
/// i is 1 to n for each lane, n in %r1.
const std::string loop =
    "LOOP:\n.loc 1 11 1\nadd.u32 %r0, %r0, 1;\n.loc 2 12 1\nsetp.lt.u32 %p0, %r0, %r1;\n@%p0 bra LOOP;\n"
    ".loc 1 10 1\nret;";

TEST(PtxCounts, OfALoopThatIsTheSameForAll) {
  const auto module = module_of(".loc 1 10 1\nmov.u32 %r0, 0;\nmov.u32 %r1, 5;\n" + loop);
  const ptx::Counts counts = ptx::run(launch_of(*module, 3, 48));  // 6 warps, of 32 and of 16 lanes
  EXPECT_EQ(counts.executed, (Counted{6, 6, 30, 30, 30, 6, 0}));
  EXPECT_EQ(counts.warp_instructions, 108u);
  EXPECT_EQ(counts.lane_instructions, 18u * 48 * 3);
}
TEST(PtxCounts, OfALoopThatLanesLeaveOneByOne) {
  const auto module = module_of("mov.u32 %r0, 0;\nmov.u32 %r2, %laneid;\nadd.u32 %r1, %r2, 1;\n" + loop);
  const ptx::Counts counts = ptx::run(launch_of(*module, 1, 32));
  EXPECT_EQ(counts.executed, (Counted{1, 1, 1, 32, 32, 32, 1, 0}));
  EXPECT_EQ(counts.lane_instructions, 4u * 32 + 3 * (32 * 33 / 2));
}
TEST(PtxCounts, AWarpWhoseLanesHavePartedCountsForEachPart) {
  const auto module = module_of(
      "mov.u32 %r0, %laneid;\nsetp.lt.u32 %p0, %r0, 8;\n@%p0 bra LOW;\nmov.u32 %r1, 1;\nbra END;\nLOW: mov.u32 %r1, "
      "2;\n"
      "END: setp.eq.u32 %p1, 1, 2;\n@%p1 mov.u32 %r1, 3;\nret;");
  const ptx::Counts counts = ptx::run(launch_of(*module, 1, 32));
  EXPECT_EQ(counts.executed, Counted({1, 1, 1, 1, 1, 1, 1, 1, 1, 0}));
  EXPECT_EQ(counts.lane_instructions, 3u * 32 + 2 * 24 + 8 + 3 * 32) << "a guard that does not hold counts, too";
}
TEST(PtxCounts, WaitingForLanesIsNoExecution) {
  // Lanes 16 to 31 come to the shuffle before the others, which then jump back to it.
  const auto module = module_of(
      "mov.u32 %r0, %laneid;\nsetp.lt.u32 %p0, %r0, 16;\n@%p0 bra FAR;\nHERE: shfl.sync.bfly.b32 %r1, %r0, 16, 31, "
      "-1;\nret;\n"
      "FAR: mov.u32 %r2, 1;\nbra HERE;");
  const ptx::Counts counts = ptx::run(launch_of(*module, 1, 32));
  EXPECT_EQ(counts.executed, (Counted{1, 1, 1, 1, 1, 1, 1, 0}));
  EXPECT_EQ(counts.warp_instructions, 7u);
  EXPECT_EQ(counts.lane_instructions, 5u * 32 + 2 * 16);
  const auto apart = module_of(
      "mov.u32 %r0, %laneid;\nsetp.lt.u32 %p0, %r0, 16;\n@%p0 bra LOW;\nbar.warp.sync -1;\nbra END;\nLOW: "
      "bar.warp.sync -1;\n"
      "END: bar.sync 0;");
  const ptx::Counts met = ptx::run(launch_of(*apart, 1, 64));
  EXPECT_EQ(met.executed, (Counted{2, 2, 2, 2, 2, 2, 2, 2}));
  EXPECT_EQ(met.lane_instructions, 2u * (3 * 32 + 16 + 16 + 16 + 32 + 32));
}

TEST(PtxCounts, AreNotedWhileACounterLives) {
  const auto module = module_of(".loc 1 10 1\nmov.u32 %r0, 0;\nmov.u32 %r1, 5;\n" + loop);
  ptx::run(launch_of(*module, 1, 32));
  {
    const ptx::LaunchCounter counter;
    EXPECT_TRUE(refuses<Error>([] { const ptx::LaunchCounter second; }, {"instructions are counted already"}));
    ptx::run(launch_of(*module, 1, 32));
    ptx::run(launch_of(*module, 2, 64));
    ASSERT_EQ(counter.launches().size(), 2u);
    const ptx::CountedLaunch& second = counter.launches()[1];
    EXPECT_EQ(second.module, module.get());
    EXPECT_EQ(second.kernel->name, "_ZN2gs5countIfEEvi");
    EXPECT_EQ(second.grid.x, 2u);
    EXPECT_EQ(second.block.x, 64u);
    EXPECT_EQ(second.counts.warp_instructions, 4u * 18);
    const auto lines = ptx::instructions_by_line(counter.launches());
    ASSERT_EQ(lines.size(), 3u);  // of 5 warps
    EXPECT_EQ(lines[0].place, "kernels/b.h:12");
    EXPECT_EQ(lines[0].warp_instructions, 50u);
    EXPECT_EQ(lines[1].place, "kernels/a.cu:11");
    EXPECT_EQ(lines[1].warp_instructions, 25u);
    EXPECT_EQ(lines[2].place, "kernels/a.cu:10");
    EXPECT_EQ(lines[2].warp_instructions, 15u);
  }
  ptx::run(launch_of(*module, 1, 32));
  const ptx::LaunchCounter next;
  EXPECT_TRUE(next.launches().empty());
}
TEST(PtxCounts, ALaunchThatFailsIsNotNoted) {
  const auto module = module_of("bar.warp.sync 2;");
  const ptx::LaunchCounter counter;
  EXPECT_TRUE(
      refuses<ptx::PtxError>([&] { ptx::run(launch_of(*module, 1, 32)); },
                             {"kernel count, block (0,0,0), thread (0,0,0), an unknown line: 'bar.warp.sync 2'"}));
  EXPECT_TRUE(counter.launches().empty());
  EXPECT_TRUE(ptx::instructions_by_line(counter.launches()).empty());
}

}  // namespace
}  // namespace gs::test
