// timeline_test.cpp - cycles of a block, added up by hand.
#include "kernels/ptx/latency.h"

#include "tests/ptx/ptx_kernel.h"

namespace gs::test {
namespace {

/// Cycles of the body, for one block of `threads` that may access `data`, whose address is in %rd0.
std::uint64_t cycles_of(const std::string& body, unsigned threads = 32) {
  const auto module = ptx::parse(ptx_header +
                                     ".visible .entry timed(.param .u64 data)\n{\n.reg .pred %p<4>;\n"
                                     ".reg .b32 %r<16>;\n.reg .b64 %rd<4>;\n.shared .align 16 .b8 s[1024];\n"
                                     "ld.param.u64 %rd0, [data];\n" +
                                     body + "\nret;\n}\n",
                                 "made.ptx");
  std::vector<std::uint64_t> data(128);
  ptx::Launch launch{.module = module.get(), .kernel = &module->kernels.at("timed"), .block = {threads}};
  launch.memory.push_back(region_of(data));
  append(launch.parameters, data.data());
  launch.timed = true;
  return ptx::run(launch).block_cycles;
}
/// The load of the parameter and the return.
constexpr std::uint64_t both_ends = 2;

std::string repeated(const std::string& text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

TEST(PtxTimeline, AnInstructionWaitsForItsOperands) {
  const std::string chain = repeated("add.u32 %r0, %r0, 1;\n", 10);
  EXPECT_EQ(cycles_of(chain), both_ends + 9 * ptx::arithmetic_cycles + 1) << "the return does not read %r0";
  std::string apart;
  for (int i = 0; i < 10; ++i) apart += "add.u32 %r" + std::to_string(i) + ", %r15, 1;\n";
  EXPECT_EQ(cycles_of(apart), both_ends + 10u) << "one is issued in each cycle";
}
TEST(PtxTimeline, AGuardIsAnOperand) {
  EXPECT_EQ(cycles_of("setp.eq.u32 %p1, %r0, %r1;\n@%p1 add.u32 %r2, %r3, 1;"), both_ends + ptx::arithmetic_cycles + 1);
}
TEST(PtxTimeline, WhatPtxasDropsOnlyPassesWaitsOn) {
  const std::string load = "ld.global.u32 %r0, [%rd0];\n";
  EXPECT_EQ(cycles_of(load + "mov.u32 %r1, %r0;\nadd.u32 %r2, %r3, 1;"), both_ends + 3u);
  EXPECT_EQ(cycles_of(load + "mov.u32 %r1, %r0;\nadd.u32 %r2, %r1, 1;"), both_ends + ptx::global_cycles + 1);
}
TEST(PtxTimeline, LoadsInFlightTogetherAreWaitedForOnce) {
  const std::string two = "ld.global.u32 %r0, [%rd0];\nld.global.u32 %r1, [%rd0+4];\n";
  EXPECT_EQ(cycles_of(two + "add.u32 %r2, %r0, %r1;"), both_ends + 1 + ptx::global_cycles + 1u);
  const std::string use = "ld.global.u32 %r0, [%rd0];\nadd.u32 %r2, %r0, 1;\n";
  EXPECT_EQ(cycles_of(use + use), both_ends + 2 + ptx::global_cycles + 1u) << "ptxas issues the second load early";
  EXPECT_EQ(cycles_of(use + "bra NEXT;\nNEXT: " + use), both_ends + 2u * (ptx::global_cycles + 1) + 1)
      << "but not before a branch";
}
TEST(PtxTimeline, ACopyIsWaitedForWhereTheCodeSaysSo) {
  const std::string setup = "mov.u32 %r0, s;\n", commit = "cp.async.commit_group;\n",
                    copy = "cp.async.ca.shared.global [%r0], [%rd0], 4;\n" + commit,
                    other = "cp.async.ca.shared.global [%r0+16], [%rd0], 4;\n" + commit;
  const std::uint64_t before = 2, ret = 1;  // the load of the parameter and the address
  EXPECT_EQ(cycles_of(setup + copy + "cp.async.wait_group 0;"), before + ptx::global_cycles + ret);
  const std::string later = repeated("add.u32 %r1, %r1, 1;\n", 20);
  EXPECT_EQ(cycles_of(setup + copy + later + other + "cp.async.wait_group 1;\ncp.async.wait_all;"),
            before + 2 + 20 + ptx::global_cycles + ret)
      << "the second copy follows the first one's group and the additions, which take one cycle each to issue";
  EXPECT_EQ(
      cycles_of(setup + copy + later + other + "cp.async.wait_group 1;\nadd.u32 %r2, %r3, 1;\ncp.async.wait_all;"),
      cycles_of(setup + copy + later + other + "cp.async.wait_group 1;\ncp.async.wait_all;"))
      << "work between the waits costs nothing";
}
TEST(PtxTimeline, ABarrierEndsWithItsLastWarp) {
  const std::string parted = "mov.u32 %r0, %tid.x;\nsetp.lt.u32 %p1, %r0, 32;\n@%p1 bra MEET;\n" +
                             repeated("add.u32 %r1, %r1, 1;\n", 10) + "MEET: bar.sync 0;\nadd.u32 %r2, %r3, 1;";
  // The second warp: two instructions, the comparison, the branch that waits for it, a chain of ten, the barrier.
  const std::uint64_t slow = 2 + ptx::arithmetic_cycles + 1 + 9 * ptx::arithmetic_cycles + 1 + 1;
  EXPECT_EQ(cycles_of(parted, 64), slow + ptx::barrier_cycles + 1 + 1u);
}
TEST(PtxTimeline, TheBlockInTheMiddleIsTimed) {
  const auto module = ptx::parse(ptx_header + R"(.visible .entry timed()
{
.reg .pred %p<2>;
.reg .b32 %r<4>;
mov.u32 %r0, %ctaid.x;
setp.ne.u32 %p1, %r0, 2;
@%p1 bra END;
add.u32 %r1, %r1, 1;
add.u32 %r1, %r1, 1;
END: ret;
}
)",
                                 "made.ptx");
  const auto cycles = [&](unsigned blocks) {
    ptx::Launch launch{.module = module.get(), .kernel = &module->kernels.begin()->second, .grid = {blocks}};
    launch.block = {32};
    EXPECT_EQ(ptx::run(launch).block_cycles, 0u) << "only if it is asked for";
    launch.timed = true;
    return ptx::run(launch).block_cycles;
  };
  EXPECT_GT(cycles(5), cycles(3));
  EXPECT_EQ(cycles(7), cycles(3));
}
TEST(PtxTimeline, TheLastBlockRunsAfterAllOthersAndIsTimed) {
  // The block that finds that it is the last of four has a chain of ten additions more.
  const auto module = ptx::parse(ptx_header +
                                     ".visible .entry timed(.param .u64 data)\n{\n.reg .pred %p<2>;\n"
                                     ".reg .b32 %r<4>;\n.reg .b64 %rd<2>;\nld.param.u64 %rd0, [data];\n"
                                     "atom.global.inc.u32 %r0, [%rd0], 3;\nsetp.ne.u32 %p1, %r0, 3;\n@%p1 bra END;\n" +
                                     repeated("add.u32 %r1, %r1, 1;\n", 10) + "END: ret;\n}\n",
                                 "made.ptx");
  std::vector<std::uint64_t> counter(1);
  ptx::Launch launch{.module = module.get(), .kernel = &module->kernels.at("timed"), .grid = {4}, .block = {1}};
  launch.memory.push_back(region_of(counter));
  append(launch.parameters, counter.data());
  launch.timed = true;
  for (int run = 0; run < 2; ++run) {
    const ptx::Counts counts = ptx::run(launch);
    EXPECT_EQ(counter[0], 0u) << "it counts from zero again";
    EXPECT_EQ(counts.last_block_cycles, counts.block_cycles + 9 * ptx::arithmetic_cycles + 1);
  }
}
TEST(PtxTimeline, AFenceIsWaitedFor) {
  EXPECT_EQ(cycles_of("membar.gl;\nadd.u32 %r2, %r3, 1;"), both_ends + ptx::fence_cycles + 1) << "the addition follows";
}

}  // namespace
}  // namespace gs::test
