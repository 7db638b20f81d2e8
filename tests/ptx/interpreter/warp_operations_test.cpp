// Warp-level instructions: segmented shuffles, votes, __syncwarp, ldmatrix; and lanes that do not arrive.
#include "tests/ptx/ptx_kernel.h"

namespace gs::test {
namespace {

using Words = std::vector<std::uint32_t>;

Words stored_by(const std::string& body, unsigned threads = 32, unsigned words = 1) {
  return run_ptx({.body = body, .block = {threads}, .words_per_thread = words}).out;
}

/// Result of a shuffle in lane l for the values 100 + lane, and whether its source is in range, by PTX's definition.
struct Shuffled {
  std::uint32_t value;
  bool in_range;
};
Shuffled as_ptx_says(const std::string& kind, int lane, int b, int c) {
  const int bval = b & 31, cval = c & 31, segmask = c >> 8 & 31;
  const int max_lane = (lane & segmask) | (cval & ~segmask & 31), min_lane = lane & segmask;
  int j = 0;
  bool p = false;
  if (kind == "up") j = lane - bval, p = j >= max_lane;
  if (kind == "down") j = lane + bval, p = j <= max_lane;
  if (kind == "bfly") j = lane ^ bval, p = j <= max_lane;
  if (kind == "idx") j = min_lane | (bval & ~segmask & 31), p = j <= max_lane;
  return {std::uint32_t(100 + (p ? j : lane)), p};
}
TEST(PtxShuffle, OfAllKindsAndSegments) {
  for (const std::string kind : {"up", "down", "bfly", "idx"})
    for (const int width : {32, 16, 8, 2})
      for (const int b : {0, 1, 5, 16, 31, 33}) {
        const int c = (32 - width) << 8 | (kind == "up" ? 0 : 31);
        const auto out = stored_by(
            "add.u32 %r4, %r0, 100;\nshfl.sync." + kind + ".b32 %r5|%p1, %r4, " + std::to_string(b) + ", " +
                std::to_string(c) + ", -1;\nselp.u32 %r6, 1, 0, %p1;\n" + "shfl.sync." + kind + ".b32 %r4, %r4, " +
                std::to_string(b) + ", " + std::to_string(c) +
                ", -1;\nsub.u32 %r4, %r4, %r5;\nadd.u32 %r6, %r6, %r4;\n" + "st.global.v2.u32 [%rd3], {%r5, %r6};",
            32, 2);
        for (int lane = 0; lane < 32; ++lane) {
          const Shuffled s = as_ptx_says(kind, lane, b, c);
          EXPECT_EQ(out[std::size_t(2 * lane)], s.value) << kind << width << " by " << b << " lane " << lane;
          EXPECT_EQ(out[std::size_t(2 * lane + 1)], s.in_range) << kind << width << " by " << b << " lane " << lane;
        }
      }
}
TEST(PtxShuffle, TakesItsSourceFromARegisterOfEachLane) {
  const auto out =
      stored_by("xor.b32 %r4, %r0, 3;\nshfl.sync.idx.b32 %r5, %r0, %r4, 31, 0xffffffff;\nst.global.u32 [%rd3], %r5;");
  for (unsigned l = 0; l < 32; ++l) EXPECT_EQ(out[l], l ^ 3);
}
TEST(PtxShuffle, OfAPartOfAWarp) {
  // Lanes 0 to 15 shuffle among themselves while the others are elsewhere.
  const std::string low = "setp.ge.u32 %p1, %r0, 16;\n@%p1 bra OTHER;\n";
  const auto out =
      stored_by(low + "shfl.sync.bfly.b32 %r4, %r0, 1, 31, 0x0000ffff;\nst.global.u32 [%rd3], %r4;\nOTHER:");
  for (unsigned l = 0; l < 32; ++l) EXPECT_EQ(out[l], l < 16 ? l ^ 1 : 0xdeadbeef);
  EXPECT_TRUE(fails_in_ptx({.body = low + "shfl.sync.idx.b32 %r4, %r0, 20, 31, 0x0000ffff;\nOTHER:"},
                           {"thread (0,0,0)", "reads the value of lane 20, which does not take part"}));
  EXPECT_TRUE(fails_in_ptx({.body = "shfl.sync.idx.b32 %r4, %r0, 1, 31, 0xfffffffd;"},
                           {"thread (1,0,0)", "its mask leaves out the lane itself"}));
  EXPECT_TRUE(fails_in_ptx({.body = "shfl.sync.down.b32 %r4, %r0, 4, 31, -1;", .block = {20}},
                           {"thread (16,0,0)", "reads the value of lane 20, which does not take part"}))
      << "the block has no such thread";
  const auto partial = stored_by("shfl.sync.bfly.b32 %r4, %r0, 1, 31, -1;\nst.global.u32 [%rd3], %r4;", 20);
  for (unsigned l = 0; l < 20; ++l) EXPECT_EQ(partial[l], l ^ 1);
  EXPECT_TRUE(fails_in_ptx({.body = "setp.eq.u32 %p1, %r0, 3;\n@%p1 shfl.sync.idx.b32 %r4, %r0, 3, 31, 8;"},
                           {"thread (3,0,0)", "is executed by a part of the lanes"}));
}

TEST(PtxVote, OfAllKinds) {
  const auto vote = [](const std::string& condition, unsigned threads, const std::string& predicate) {
    return stored_by(condition + "\nvote.sync.ballot.b32 %r4, " + predicate + ", -1;\nvote.sync.all.pred %p2, " +
                         predicate + ", -1;\nvote.sync.any.pred %p3, " + predicate + ", -1;\nvote.sync.uni.pred %p4, " +
                         predicate +
                         ", -1;\nselp.u32 %r5, 1, 0, %p2;\nselp.u32 %r6, 1, 0, %p3;\nselp.u32 %r7, 1, 0, %p4;\n"
                         "st.global.v4.u32 [%rd3], {%r4, %r5, %r6, %r7};",
                     threads, 4);
  };
  const auto check = [](const Words& out, const Words& each) {
    for (std::size_t i = 0; i < out.size(); ++i) EXPECT_EQ(out[i], each[i % 4]) << i;
  };
  check(vote("setp.ge.u32 %p1, %r0, 30;", 32, "%p1"), {0xc0000000, 0, 1, 0});
  check(vote("setp.ge.u32 %p1, %r0, 30;", 32, "!%p1"), {0x3fffffff, 0, 1, 0});
  check(vote("setp.ge.u32 %p1, %r0, 0;", 32, "%p1"), {0xffffffff, 1, 1, 1});
  check(vote("setp.gt.u32 %p1, %r0, 31;", 32, "%p1"), {0, 0, 0, 1});
  // Lanes beyond the block's threads do not vote.
  check(vote("setp.ge.u32 %p1, %r0, 0;", 5, "%p1"), {0x1f, 1, 1, 1});
  check(vote("setp.ge.u32 %p1, %r0, 0;", 5, "!%p1"), {0, 0, 0, 1});
  check(vote("setp.ge.u32 %p1, %r0, 4;", 5, "!%p1"), {0x0f, 0, 1, 0});
}
TEST(PtxVote, OfAPartHasOnesOfThatPartOnly) {
  const auto out = stored_by(
      "and.b32 %r4, %r0, 1;\nsetp.eq.u32 %p1, %r4, 1;\nsetp.eq.u32 %p2, 1, 1;\n@%p1 bra ODD;\n"
      "vote.sync.ballot.b32 %r5, %p2, 0x55555555;\nbra END;\n"
      "ODD: vote.sync.ballot.b32 %r5, %p2, 0xaaaaaaaa;\nEND: st.global.u32 [%rd3], %r5;");
  for (unsigned l = 0; l < 32; ++l) EXPECT_EQ(out[l], l % 2 ? 0xaaaaaaaa : 0x55555555);
}

TEST(PtxSyncwarp, LetsLanesMeetAlsoAtSeveralInstructions) {
  // Lane 31 stores after all others could have read; they wait for it at a different bar.warp.sync.
  const auto out = stored_by(
      ".shared .u32 s;\nsetp.eq.u32 %p1, %r0, 31;\n@%p1 bra LAST;\nbar.warp.sync -1;\nbra READ;\n"
      "LAST: mov.u32 %r5, 9;\nst.shared.u32 [s], %r5;\nbar.warp.sync 0xffffffff;\n"
      "READ: ld.shared.u32 %r4, [s];\nst.global.u32 [%rd3], %r4;");
  EXPECT_EQ(out, Words(32, 9));
  EXPECT_EQ(stored_by("bar.warp.sync -1;\nst.global.u32 [%rd3], %r0;", 3), (Words{0, 1, 2})) << "a block of 3 threads";
}

TEST(PtxLanesThatDoNotCome, AreFaults) {
  const std::string away = "setp.eq.u32 %p1, %r0, 7;\n@%p1 bra AWAY;\n";
  for (const std::string waits :
       {"shfl.sync.idx.b32 %r4, %r0, 0, 31, -1;", "bar.warp.sync -1;", "vote.sync.ballot.b32 %r4, %p1, -1;"}) {
    const std::string statement = "'" + waits.substr(0, waits.size() - 1) + "'";
    EXPECT_TRUE(fails_in_ptx({.body = "setp.eq.u32 %p1, %r0, 7;\n@%p1 exit;\n" + waits},
                             {"kernel probe", "thread (0,0,0)", statement, "waits for a lane that has ended"}));
    EXPECT_TRUE(fails_in_ptx({.body = away + waits + "\nAWAY: bar.sync 0;"},
                             {"thread (0,0,0)", statement, "waits for lanes that do not come"}));
  }
  EXPECT_TRUE(
      fails_in_ptx({.body = away + "mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%f0, %f1, %f2, %f3}, "
                                   "{%r4, %r5, %r6, %r7}, {%r8, %r9}, {%f4, %f5, %f6, %f7};\nAWAY: bar.sync 0;"},
                   {"waits for lanes that do not come"}));
  EXPECT_TRUE(fails_in_ptx(
      {.body = ".shared .align 16 .b8 s[128];\nldmatrix.sync.aligned.m8n8.x1.shared.b16 {%r4}, [s];", .block = {20}},
      {"thread (0,0,0)", "needs all 32 lanes of a warp, and the block has fewer threads"}));
}

TEST(PtxLdmatrix, LoadsOneTwoAndFourMatricesAlsoTransposed) {
  // Element (row, column) of matrix m is 64 m + 8 row + column; its rows lie 32 bytes apart, from the last to the
  // first.
  const std::string fill =
      ".shared .align 16 .b8 s[1024];\nmov.u32 %r4, 31;\nsub.u32 %r4, %r4, %r0;\nshl.b32 %r4, %r4, 5;\nmov.u32 %r5, "
      "s;\n"
      "add.u32 %r4, %r4, %r5;\nmul.lo.u32 %r6, %r0, 8;\nmul.lo.u32 %r7, %r6, 0x10001;\nadd.u32 %r7, %r7, 0x10000;\n"
      "add.u32 %r8, %r7, 0x20002;\nadd.u32 %r9, %r7, 0x40004;\nadd.u32 %r10, %r7, 0x60006;\n"
      "st.shared.v4.u32 [%r4], {%r7, %r8, %r9, %r10};\nbar.warp.sync -1;\nmov.u32 %r11, 0;\nmov.u32 %r12, 0;\nmov.u32 "
      "%r13, 0;\n";
  for (const unsigned matrices : {1u, 2u, 4u})
    for (const bool transposed : {false, true}) {
      const std::string registers = matrices == 1   ? "{%r10}"
                                    : matrices == 2 ? "{%r10, %r11}"
                                                    : "{%r10, %r11, %r12, %r13}";
      // lanes whose addresses are not needed have unreadable ones
      const std::string only = "setp.ge.u32 %p1, %r0, " + std::to_string(8 * matrices) + ";\n@%p1 mov.u32 %r4, 1;\n";
      const auto out = stored_by(fill + only + "ldmatrix.sync.aligned.m8n8.x" + std::to_string(matrices) +
                                     (transposed ? ".trans" : "") + ".shared.b16 " + registers + ", [%r4];\n" +
                                     "st.global.v4.u32 [%rd3], {%r10, %r11, %r12, %r13};",
                                 32, 4);
      for (unsigned l = 0; l < 32; ++l)
        for (unsigned m = 0; m < matrices; ++m) {
          const unsigned first = 64 * m + (transposed ? 8 * (2 * (l % 4)) + l / 4 : 8 * (l / 4) + 2 * (l % 4));
          const unsigned second = first + (transposed ? 8 : 1);
          EXPECT_EQ(out[4 * l + m], first | second << 16) << "x" << matrices << transposed << " lane " << l << " " << m;
        }
    }
  EXPECT_TRUE(
      fails_in_ptx({.body = fill + "add.u32 %r4, %r4, 8;\nldmatrix.sync.aligned.m8n8.x1.shared.b16 {%r10}, [%r4];"},
                   {"thread (0,0,0)", "is not a multiple of the 16 bytes of the access"}));
}

TEST(PtxWarpOperations, AreRefusedInOtherForms) {
  for (const auto& [statement, why] : std::vector<std::pair<std::string, std::string>>{
           {"shfl.up.b32 %r4, %r0, 1, 0", "is supported as shfl.sync only"},
           {"shfl.sync.up.b32 %r4, %r0, 1, 0", "has too few operands"},
           {"shfl.sync.up.b32 %r4, %r0, 1, 0, -1, 3, 4", "has 7 operands, not 5"},
           {"shfl.sync.b32 %r4, %r0, 1, 0, -1", "has no supported kind of shuffle"},
           {"vote.ballot.b32 %r4, %p1", "is supported as vote.sync only"},
           {"vote.sync.none.pred %p1, %p2, -1", "has no supported kind of vote"},
           {"ldmatrix.sync.aligned.m8n8.x2.shared.b16 {%r4}, [%r5]", "has the wrong number of registers"},
           {"ldmatrix.sync.aligned.m8n16.x1.shared.b8 {%r4}, [%r5]", "is supported for m8n8 matrices of .b16"},
           {"match.any.sync.b32 %r4, %r5, -1", "is not supported"},
           {"redux.sync.add.s32 %r4, %r5, -1", "is not supported"},
           {"activemask.b32 %r4", "is not supported"}})
    EXPECT_TRUE(fails_in_ptx({.body = statement + ";"}, {"kernel probe", "'" + statement + "'", why}));
}

}  // namespace
}  // namespace gs::test
