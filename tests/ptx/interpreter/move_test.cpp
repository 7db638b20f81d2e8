// mov in each width, between a register and its parts in both directions, and addresses of variables.
#include "tests/ptx/ptx_kernel.h"

namespace gs::test {
namespace {

TEST(PtxMov, InEachWidth) {
  EXPECT_EQ(op<std::uint16_t>("mov.u16", std::uint16_t(0xabcd)), 0xabcd);
  EXPECT_EQ(op<std::uint32_t>("mov.b32", 0x89abcdefu), 0x89abcdefu);
  EXPECT_EQ(op<float>("mov.f32", -1.5f), -1.5f);
  EXPECT_EQ(op<std::uint64_t>("mov.u64", 0x0123456789abcdefull), 0x0123456789abcdefull);
  EXPECT_EQ(op<double>("mov.f64", -1.5), -1.5);
  EXPECT_EQ(statement<float>("mov.f32 d, 0fBF000000;", 1.0f), -0.5f);
  EXPECT_EQ(statement<std::uint32_t>("mov.b32 d, a;", 1.0f), 0x3f800000u) << "bits of a float";
}

TEST(PtxMov, JoinsPartsTheFirstTheLowest) {
  EXPECT_EQ(statement<std::uint64_t>("mov.b64 d, {a, b};", 0x11111111u, 0x22222222u), 0x2222222211111111ull);
  EXPECT_EQ(statement<std::uint32_t>("mov.b32 d, {a, b};", std::uint16_t(0x1111), std::uint16_t(0x2222)), 0x22221111u);
  EXPECT_EQ(statement<std::uint64_t>("mov.b64 d, {a, b, c, e};", std::uint16_t(1), std::uint16_t(2), std::uint16_t(3),
                                     std::uint16_t(0xffff)),
            0xffff000300020001ull);
  EXPECT_EQ(statement<std::uint32_t>("mov.b32 d, {0, a};", std::uint16_t(0x3f80)), 0x3f800000u) << "a literal part";
}
TEST(PtxMov, SplitsAndDropsParts) {
  const std::string parts = ".reg .b32 x, y; .reg .b16 h0, h1, h2, h3;\n";
  const std::uint64_t a = 0x8888777766665555ull;
  EXPECT_EQ(statement<std::uint32_t>(parts + "mov.b64 {x, y}, a; sub.u32 d, y, x;", a), 0x22221111u + 0x1111);
  EXPECT_EQ(statement<std::uint32_t>("mov.b64 {d, _}, a;", a), 0x66665555u);
  EXPECT_EQ(statement<std::uint32_t>("mov.b64 {_, d}, a;", a), 0x88887777u);
  EXPECT_EQ(statement<std::uint16_t>(parts + "mov.b64 {h0, h1, h2, h3}, a; mov.b16 d, h2;", a), 0x7777);
  EXPECT_EQ(statement<std::uint16_t>("mov.b32 {_, d}, a;", 0xaaaabbbbu), 0xaaaa);
  EXPECT_EQ(statement<std::uint64_t>(parts + "mov.b64 {x, y}, a; mov.b64 d, {y, x};", a), 0x6666555588887777ull);
}
TEST(PtxMov, SplitsByLane) {
  std::vector<std::uint64_t> a(37);
  for (std::size_t i = 0; i < a.size(); ++i) a[i] = i << 32 | (i + 100);
  const auto high = statements<std::uint32_t>("mov.b64 {_, d}, a;", a),
             low = statements<std::uint32_t>("mov.b64 {d, _}, a;", a);
  for (std::size_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(high[i], i);
    EXPECT_EQ(low[i], i + 100);
  }
}

TEST(PtxMov, OfWrongWidthsIsRefused) {
  EXPECT_TRUE(fails_in_ptx({.body = "mov.b32 %r1, %rd1;"}, {"mov.b32 %r1, %rd1", "operand 2 has 64 bits, not 32"}));
  EXPECT_TRUE(fails_in_ptx({.body = "mov.b64 %rd4, {%r1, %r2, %r3};"}, {"bits, not 21"}));
  EXPECT_TRUE(fails_in_ptx({.body = "mov.b64 {%rs1, %r2}, %rd4;"}, {"operand 1 has 16 bits, not 32"}));
  EXPECT_TRUE(fails_in_ptx({.body = "mov.b64 {%r1, %r2}, {%r3, %r4};"}, {"has an operand of the wrong kind"}));
  EXPECT_TRUE(fails_in_ptx({.body = "mov.u32 %r1;"}, {"has 1 operands, not 2"}));
  EXPECT_TRUE(fails_in_ptx({.body = "mov.b32 %r1, [%rd1];"}, {"has an operand of the wrong kind"}));
}

}  // namespace
}  // namespace gs::test
