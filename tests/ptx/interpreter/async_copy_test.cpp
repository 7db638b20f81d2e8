// cp.async: sizes, zeros, groups, and the faults of code that does not wait.
#include "tests/ptx/ptx_kernel.h"

namespace gs::test {
namespace {

using Words = std::vector<std::uint32_t>;

const std::string shared = ".shared .align 16 .b8 s[64];\nmov.u32 %r4, s;\n";
const Words twelve = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};

PtxProgram one_thread(const std::string& body, const Words& in = twelve) {
  return {.body = shared + body, .block = {1}, .words_per_thread = 4, .in = in};
}

TEST(PtxAsyncCopy, CopiesEachSize) {
  const auto copied = [](const std::string& copy) {
    return run_ptx(one_thread("mov.u32 %r5, 77;\nst.shared.v4.u32 [s], {%r5, %r5, %r5, %r5};\n" + copy +
                              "\ncp.async.wait_all;\nld.shared.v4.u32 {%r5, %r6, %r7, %r8}, [s];\n"
                              "st.global.v4.u32 [%rd3], {%r5, %r6, %r7, %r8};"))
        .out;
  };
  EXPECT_EQ(copied("cp.async.ca.shared.global [%r4], [%rd0], 4;"), (Words{1, 77, 77, 77}));
  EXPECT_EQ(copied("cp.async.ca.shared.global [%r4+8], [%rd0+8], 8;"), (Words{77, 77, 3, 4}));
  EXPECT_EQ(copied("cp.async.cg.shared.global [%r4], [%rd0+16], 16;"), (Words{5, 6, 7, 8}));
  EXPECT_EQ(copied("cp.async.ca.shared.global [s], [%rd0], 16, 4;"), (Words{1, 0, 0, 0})) << "the rest is zeros";
  EXPECT_EQ(copied("mov.u32 %r9, 0;\nmov.u64 %rd4, 0;\ncp.async.ca.shared.global [%r4], [%rd4], 16, %r9;"),
            (Words{0, 0, 0, 0}))
      << "nothing is read";
  EXPECT_EQ(copied("cp.async.ca.shared.global [%r4], [%rd0+32], 16, 12;"), (Words{9, 10, 11, 0}));
}
TEST(PtxAsyncCopy, ReadsNoMoreOfTheSourceThanItSays) {
  // Words 8 to 11 are the last: with 13 words, the copy of lane 3 has only one word to read.
  const auto out =
      run_ptx({.body = ".shared .align 16 .b8 s[64];\nshl.b32 %r4, %r0, 4;\nmov.u32 %r5, s;\nadd.u32 %r5, %r5, %r4;\n"
                       "mul.wide.u32 %rd4, %r0, 16;\nadd.s64 %rd4, %rd0, %rd4;\nsetp.eq.u32 %p1, %r0, 3;\n"
                       "selp.b32 %r6, 4, 16, %p1;\ncp.async.cg.shared.global [%r5], [%rd4], 16, %r6;\n"
                       "cp.async.wait_all;\nld.shared.v4.u32 {%r7, %r8, %r9, %r10}, [%r5];\n"
                       "st.global.v4.u32 [%rd3], {%r7, %r8, %r9, %r10};",
               .block = {4},
               .words_per_thread = 4,
               .in = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13}})
          .out;
  EXPECT_EQ(out, (Words{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 0, 0, 0}));
}

/// Three groups of one word each, then `wait`, then the word at `offset` is read.
PtxProgram groups(const std::string& wait, int offset) {
  std::string body;
  for (const char* const at : {"0", "4", "8"})
    body += std::string("cp.async.ca.shared.global [%r4+") + at + "], [%rd0+" + at + "], 4;\ncp.async.commit_group;\n";
  return one_thread(body + wait + "\nld.shared.u32 %r5, [s+" + std::to_string(offset) +
                    "];\nst.global.u32 [%rd3], %r5;\ncp.async.wait_all;");
}
TEST(PtxAsyncCopy, WaitsForAllButTheLatestGroups) {
  const std::vector<std::string> too_early = {"'ld.shared.u32 %r5, [s+",
                                              "reads shared memory before the asynchronous copy"};
  for (int pending = 0; pending <= 4; ++pending)
    for (int word = 0; word < 3; ++word) {
      const PtxProgram p = groups("cp.async.wait_group " + std::to_string(pending) + ";", 4 * word);
      if (word < 3 - pending)
        EXPECT_EQ(run_ptx(p).out[0], twelve[std::size_t(word)]) << pending << word;
      else
        EXPECT_TRUE(fails_in_ptx(p, too_early)) << pending << word;
    }
}
TEST(PtxAsyncCopy, OfNoGroupIsWaitedForByWaitAllOnly) {
  const std::string copy = "cp.async.ca.shared.global [%r4], [%rd0], 4;\n", read = "\nld.shared.u32 %r5, [s];";
  EXPECT_TRUE(fails_in_ptx(one_thread(copy + "cp.async.wait_group 0;" + read), {"before the asynchronous copy"}));
  EXPECT_NO_THROW(run_ptx(one_thread(copy + "cp.async.wait_all;" + read)));
}
TEST(PtxAsyncCopy, GroupsAreThoseOfALane) {
  // Lane 1 commits an empty group after its copy: a wait that leaves one group pending completes its copy, but not lane
  // 0's.
  const std::string body =
      shared +
      "shl.b32 %r5, %r0, 2;\nadd.u32 %r4, %r4, %r5;\ncp.async.ca.shared.global [%r4], [%rd2], 4;\n"
      "cp.async.commit_group;\nsetp.eq.u32 %p1, %r0, 1;\n@%p1 cp.async.commit_group;\ncp.async.wait_group 1;\n";
  const PtxProgram late{.body = body + "ld.shared.u32 %r6, [%r4];", .block = {2}, .in = twelve};
  EXPECT_TRUE(fails_in_ptx(late, {"thread (0,0,0)", "reads shared memory before the asynchronous copy"}));
  const PtxProgram right{
      .body = body + "@%p1 ld.shared.u32 %r6, [%r4];\n@%p1 st.global.u32 [%rd3], %r6;\ncp.async.wait_all;",
      .block = {2},
      .in = twelve};
  EXPECT_EQ(run_ptx(right).out[1], 2u);
}

TEST(PtxAsyncCopy, Faults) {
  const std::string copy = "cp.async.ca.shared.global [%r4], [%rd0], 16";
  EXPECT_TRUE(fails_in_ptx(one_thread(copy + ";"), {"kernel probe", "thread (0,0,0)",
                                                    "ends with asynchronous copies that were not waited for"}));
  EXPECT_TRUE(fails_in_ptx(one_thread(copy + ";\nst.shared.u8 [s+15], 1;\ncp.async.wait_all;"),
                           {"'st.shared.u8 [s+15], 1' writes shared memory before the asynchronous copy to it was"}));
  EXPECT_TRUE(fails_in_ptx(one_thread(copy + ";\n" + copy + ";\ncp.async.wait_all;"),
                           {"writes shared memory before the asynchronous copy to it was waited for"}));
  EXPECT_TRUE(fails_in_ptx(one_thread(copy + ", 17;"), {"reads more source bytes than it copies"}));
  EXPECT_TRUE(fails_in_ptx(one_thread("cp.async.ca.shared.global [%r4], [%rd0+4], 8;"),
                           {"is not a multiple of the 8 bytes of the access"}));
  EXPECT_TRUE(fails_in_ptx(one_thread("cp.async.ca.shared.global [%r4], [%rd0+8], 16, 4;"),
                           {"is not a multiple of the 16 bytes of the access"}));
  EXPECT_TRUE(
      fails_in_ptx(one_thread("cp.async.ca.shared.global [%r4+64], [%rd0], 4;"), {"is outside of shared memory"}));
  EXPECT_TRUE(fails_in_ptx(one_thread("cp.async.ca.shared.global [%r4], [%rd0+48], 4;"), {"is not in device memory"}));
}
TEST(PtxAsyncCopy, IsRefusedInOtherForms) {
  for (const auto& [statement, why] : std::vector<std::pair<std::string, std::string>>{
           {"cp.async.ca.shared.global [%r4], [%rd0], 12", "copies 4, 8 or 16 bytes"},
           {"cp.async.cg.shared.global [%r4], [%rd0], 8", "copies 16 bytes with .cg"},
           {"cp.async.shared.global [%r4], [%rd0], 8", "needs .ca or .cg"},
           {"cp.async.ca.shared.global [%r4], [%rd0], %r5", "needs a literal"},
           {"cp.async.ca.shared.global [%r4], [%rd0], 4, %p1", "operand 4 has 1 bits, not 32"},
           {"cp.async.ca.shared.global.L2::128B [%r4], [%rd0], 4", "'.L2::128B' is not supported"},
           {"cp.async.ca.global.global [%r4], [%rd0], 4", "is supported from global to shared memory only"},
           {"cp.async.bulk.commit_group.read", "is not supported"},
           {"cp.async.wait_group", "has 0 operands, not 1"},
           {"cp.reduce.async", "is supported from global to shared memory only"}})
    EXPECT_TRUE(fails_in_ptx({.body = statement + ";"}, {"kernel probe", "'" + statement + "'", why}));
}

}  // namespace
}  // namespace gs::test
