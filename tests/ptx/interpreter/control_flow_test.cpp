// Special registers, divergent branches and loops, exits, barriers, and the one call.
#include "tests/ptx/ptx_kernel.h"

namespace gs::test {
namespace {

using Words = std::vector<std::uint32_t>;

TEST(PtxSpecialRegisters, SayWhereAThreadIs) {
  // Indices of the thread and of the block in three dimensions, as one number each.
  const auto out =
      run_ptx(
          {.body =
               "mov.u32 %r4, %tid.y;\nmov.u32 %r5, %tid.z;\nmov.u32 %r6, %ntid.y;\nmov.u32 %r7, %ctaid.y;\n"
               "mov.u32 %r8, %ctaid.z;\nmov.u32 %r9, %nctaid.x;\nmov.u32 %r10, %nctaid.y;\nmov.u32 %r11, %nctaid.z;\n"
               "mov.u32 %r12, %ntid.z;\nmov.u32 %r13, %ctaid.x;\n"
               "mad.lo.u32 %r14, %r5, %r6, %r4;\nmad.lo.u32 %r14, %r14, %r1, %r2;\n"    // thread of 24
               "mad.lo.u32 %r15, %r8, %r10, %r7;\nmad.lo.u32 %r15, %r15, %r9, %r13;\n"  // block of 30
               "mad.lo.u32 %r16, %r15, 24, %r14;\nmul.wide.u32 %rd4, %r16, 8;\nadd.s64 %rd4, %rd1, %rd4;\n"
               "mad.lo.u32 %r17, %r11, 16, %r12;\nst.global.v2.u32 [%rd4], {%r16, %r17};",
           .grid = {2, 3, 5},
           .block = {4, 3, 2},
           .words_per_thread = 2})
          .out;
  ASSERT_EQ(out.size(), 24u * 30 * 2);
  for (std::size_t i = 0; i < out.size() / 2; ++i) {
    EXPECT_EQ(out[2 * i], i);
    EXPECT_EQ(out[2 * i + 1], 5u * 16 + 2);
  }
}
TEST(PtxSpecialRegisters, SayWhichLane) {
  const auto out = run_ptx({.body = "mov.u32 %r4, %laneid;\nmov.u32 %r5, %lanemask_eq;\nmov.u32 %r6, %lanemask_lt;\n"
                                    "mov.u32 %r7, %lanemask_le;\nst.global.v4.u32 [%rd3], {%r4, %r5, %r6, %r7};\n"
                                    "mov.u32 %r5, %lanemask_gt;\nmov.u32 %r6, %lanemask_ge;\n"
                                    "st.global.v2.u32 [%rd3+16], {%r5, %r6};",
                            .block = {64},
                            .words_per_thread = 8})
                       .out;
  for (unsigned t = 0; t < 64; ++t) {
    const unsigned l = t % 32, eq = 1u << l, lt = eq - 1;
    const Words expected = {l, eq, lt, lt | eq, ~(lt | eq), ~lt};
    for (std::size_t i = 0; i < 6; ++i) EXPECT_EQ(out[8 * t + i], expected[i]) << t << " " << i;
  }
}

TEST(PtxBranches, OfLanesThatPartAndMeet) {
  // Collatz: each lane has its own number of steps, and each step its own branch.
  const auto out = run_ptx({.body = "add.u32 %r4, %r0, 1;\nmov.u32 %r5, 0;\n"
                                    "LOOP: setp.eq.u32 %p1, %r4, 1;\n@%p1 bra DONE;\nadd.u32 %r5, %r5, 1;\n"
                                    "and.b32 %r6, %r4, 1;\nsetp.eq.u32 %p2, %r6, 0;\n@%p2 bra EVEN;\n"
                                    "mad.lo.u32 %r4, %r4, 3, 1;\nbra.uni LOOP;\n"
                                    "EVEN: shr.u32 %r4, %r4, 1;\nbra LOOP;\n"
                                    "DONE: vote.sync.ballot.b32 %r7, %p1, -1;\nst.global.v2.u32 [%rd3], {%r5, %r7};",
                            .block = {64},
                            .words_per_thread = 2})
                       .out;
  for (unsigned t = 0; t < 64; ++t) {
    unsigned steps = 0;
    for (unsigned n = t + 1; n != 1; n = n % 2 ? 3 * n + 1 : n / 2) ++steps;
    EXPECT_EQ(out[2 * t], steps) << t;
    EXPECT_EQ(out[2 * t + 1], ~0u) << "the lanes vote together";
  }
}
TEST(PtxBranches, NestAndEndEarly) {
  const auto out = run_ptx({.body = "mov.u32 %r4, 0;\nsetp.lt.u32 %p1, %r0, 3;\n@%p1 exit;\n"
                                    "setp.lt.u32 %p2, %r0, 20;\n@!%p2 bra ELSE;\n"
                                    "setp.lt.u32 %p3, %r0, 10;\n@!%p3 bra INNER;\nadd.u32 %r4, %r4, 100;\nbra MEET;\n"
                                    "INNER: add.u32 %r4, %r4, 200;\nsetp.eq.u32 %p4, %r0, 15;\n@%p4 ret;\n"
                                    "MEET: add.u32 %r4, %r4, 1;\nbra END;\n"
                                    "ELSE: add.u32 %r4, %r4, 300;\n"
                                    "END: st.global.u32 [%rd3], %r4;"})
                       .out;
  for (unsigned l = 0; l < 32; ++l)
    EXPECT_EQ(out[l], l < 3 || l == 15 ? 0xdeadbeef : l < 10 ? 101u : l < 20 ? 201u : 300u) << l;
}
TEST(PtxBranches, WithoutALabelAreRefused) {
  EXPECT_TRUE(fails_in_ptx({.body = "bra NOWHERE;"}, {"kernel probe", "made.ptx, line ", "undefined label NOWHERE"}));
  EXPECT_TRUE(fails_in_ptx({.body = "A: mov.u32 %r4, 1;\nA: bra A;"}, {"kernel probe", "duplicate label A"}));
  EXPECT_TRUE(fails_in_ptx({.body = "brx.idx %r4, table;"}, {"undefined register or variable table"}));
  EXPECT_TRUE(fails_in_ptx({.body = "@%r4 bra A;\nA:"}, {"the guard %r4 is not a predicate"}));
}

TEST(PtxBarrier, MakesWarpsSeeEachOthersStores) {
  // Tree sum over 128 threads in shared memory, one barrier per level; twice, so that each barrier is reached again.
  const auto out =
      run_ptx({.body = ".shared .b32 s[128];\nmov.u32 %r3, s;\nshl.b32 %r4, %r2, 2;\nadd.u32 %r4, %r3, %r4;\n"
                       "st.shared.u32 [%r4], %r0;\nmov.u32 %r5, 256;\n"
                       "STEP: bar.sync 0;\nsetp.ge.u32 %p1, %r2, 64;\nadd.u32 %r6, %r4, %r5;\n"
                       "shr.u32 %r10, %r5, 2;\nsetp.ge.u32 %p1, %r2, %r10;\n@%p1 bra SKIP;\n"
                       "ld.shared.u32 %r7, [%r6];\nld.shared.u32 %r8, [%r4];\nadd.u32 %r8, %r8, %r7;\n"
                       "st.shared.u32 [%r4], %r8;\n"
                       "SKIP: shr.u32 %r5, %r5, 1;\nsetp.ge.u32 %p2, %r5, 4;\n@%p2 bra STEP;\n"
                       "bar.sync 0;\nld.shared.u32 %r9, [%r3];\nst.global.u32 [%rd3], %r9;",
               .grid = {3},
               .block = {128}})
          .out;
  for (unsigned t = 0; t < 384; ++t) EXPECT_EQ(out[t], 128 * (t / 128 * 128) + 127 * 64) << t;
}
TEST(PtxBarrier, ThatSomeDoNotComeToIsAFault) {
  const auto fault = [](const std::string& body, const std::vector<std::string>& parts, unsigned threads = 64) {
    return fails_in_ptx({.body = ".loc 1 9 1\n" + body, .variables = ".file 1 \"made.cu\"", .block = {threads}}, parts);
  };
  EXPECT_TRUE(
      fault("setp.eq.u32 %p1, %r0, 40;\n@%p1 exit;\nbar.sync 0;",
            {"kernel probe, block (0,0,0), thread (0,0,0), made.cu:9: 'bar.sync 0' waits at a barrier for thread 40, "
             "which has ended"}));
  EXPECT_TRUE(fault("setp.ge.u32 %p1, %r0, 32;\n@%p1 exit;\nbar.sync 0;",
                    {"waits at a barrier for thread 32, which has ended"}))
      << "a whole warp";
  EXPECT_TRUE(
      fault("setp.ge.u32 %p1, %r0, 5;\n@%p1 bar.sync 0;", {"thread (5,0,0)", "a barrier for a part of the lanes"}));
  EXPECT_TRUE(fault("setp.ge.u32 %p1, %r0, 5;\n@%p1 bra B;\nbar.sync 0;\nbra C;\nB: bar.sync 0;\nC:",
                    {"thread (0,0,0)", "a barrier for a part of the lanes: others of the warp wait at another one"}));
  EXPECT_NO_THROW(run_ptx(
      {.body = "setp.ge.u32 %p1, %r0, 32;\n@%p1 bra B;\nbar.sync 0;\nbra C;\nB: bar.sync 0;\nC:", .block = {64}}))
      << "whole warps may wait at different ones";
  EXPECT_NO_THROW(run_ptx({.body = "setp.eq.u32 %p1, 1, 2;\n@%p1 bar.sync 0;", .block = {64}}));
  for (const std::string statement :
       {"bar.sync 1;", "bar.sync %r4;", "bar.sync 0, 32;", "bar.arrive 0, 64;", "bar.red.popc.u32 0;"})
    EXPECT_TRUE(
        fault(statement, {"kernel probe", statement.substr(0, statement.size() - 1), "bar.sync 0 and bar.warp.sync"}));
}
TEST(PtxFences, DoNothing) {
  EXPECT_EQ(run_ptx({.body = "membar.gl;\nmembar.cta;\nmembar.sys;\nst.global.u32 [%rd3], %r0;", .block = {2}}).out,
            (Words{0, 1}));
  EXPECT_TRUE(fails_in_ptx({.body = "fence.proxy.async;"}, {"'fence.proxy.async' '.proxy' is not supported"}));
}

TEST(PtxCalls, OfTheGraphsConditionOnly) {
  PtxProgram p{
      .body =
          "ld.param.u64 %rd4, [handle];\nsetp.eq.u32 %p1, %r0, 2;\n@!%p1 bra END;\n"
          "{\n.param .b64 param0;\nst.param.b64 [param0], %rd4;\n.param .b32 param1;\nst.param.b32 [param1], %r0;\n"
          "call.uni cudaGraphSetConditional, (param0, param1);\n}\nEND:",
      .variables = ".extern .func cudaGraphSetConditional(.param .b64 a, .param .b32 b);",
      .parameters = ", .param .u64 handle"};
  unsigned value = 77;
  append(p.arguments, &value);
  run_ptx(p);
  EXPECT_EQ(value, 2u);
  EXPECT_TRUE(
      fails_in_ptx({.body = "call.uni other, (param0);"}, {"kernel probe", "a call of other is not supported"}));
  EXPECT_TRUE(fails_in_ptx({.body = "call.uni (%r4), other, (%r5);"}, {"a call with a result is not supported"}));
  EXPECT_TRUE(
      fails_in_ptx({.body = "call.uni cudaGraphSetConditional, (%rd4, %r4);"}, {"has an argument of the wrong kind"}));
}

TEST(PtxLaunches, OfWrongSizesAreRefused) {
  EXPECT_TRUE(fails_in_ptx({.block = {1025}}, {"kernel probe is launched with 1025 threads a block, not 1 to 1024"}));
  EXPECT_TRUE(fails_in_ptx({.block = {0}}, {"kernel probe is launched with 0 threads a block"}));
  EXPECT_TRUE(fails_in_ptx({.grid = {1, 0, 1}}, {"kernel probe is launched without blocks"}));
}

}  // namespace
}  // namespace gs::test
