// mma against plain matrix products. Element positions are written down lane by lane, as in PTX's figures.
#include <cmath>
#include <random>

#include "tests/ptx/ptx_kernel.h"

namespace gs::test {
namespace {

using Words = std::vector<std::uint32_t>;

/// Runs mma: `a`, `b`, `c` hold 4, 2 and 4 registers of each of 32 lanes, and so does the result, d.
Words multiplied(const std::string& opcode, const Words& a, const Words& b, const Words& c) {
  Words in(32 * 12);
  for (std::size_t l = 0; l < 32; ++l) {
    std::copy_n(&a[4 * l], 4, &in[12 * l]);
    std::copy_n(&b[2 * l], 2, &in[12 * l + 4]);
    std::copy_n(&c[4 * l], 4, &in[12 * l + 8]);
  }
  return run_ptx({.body = "mul.wide.u32 %rd4, %r0, 48;\nadd.s64 %rd4, %rd0, %rd4;\n"
                          "ld.global.v4.b32 {%r4, %r5, %r6, %r7}, [%rd4];\nld.global.v2.b32 {%r8, %r9}, [%rd4+16];\n"
                          "ld.global.v4.f32 {%f4, %f5, %f6, %f7}, [%rd4+32];\n" +
                          opcode +
                          " {%f0, %f1, %f2, %f3}, {%r4, %r5, %r6, %r7}, {%r8, %r9}, {%f4, %f5, %f6, %f7};\n"
                          "st.global.v4.f32 [%rd3], {%f0, %f1, %f2, %f3};",
                  .words_per_thread = 4,
                  .in = in})
      .out;
}
const std::string tf32 = "mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32",
                  bf16 = "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32";

/// Small numbers that all formats hold, so that sums are exact in any order.
struct Product {
  float a[16][16] = {}, b[16][8] = {}, c[16][8] = {};
  explicit Product(unsigned seed) {
    std::mt19937 random(seed);
    const auto next = [&] { return float(int(random() % 31) - 15) / 8; };
    for (auto& row : a)
      for (float& x : row) x = next();
    for (auto& row : b)
      for (float& x : row) x = next();
    for (auto& row : c)
      for (float& x : row) x = next();
  }
  float d(int row, int column, int k) const {
    float sum = c[row][column];
    for (int j = 0; j < k; ++j) sum += a[row][j] * b[j][column];
    return sum;
  }
};
/// Rows and columns of the four sums of a lane: PTX's figure for C and D of m16n8.
struct Place {
  int row, column;
};
std::vector<Place> sums_of(int lane) {
  const int group = lane >> 2, in_group = lane & 3;
  return {{group, 2 * in_group}, {group, 2 * in_group + 1}, {group + 8, 2 * in_group}, {group + 8, 2 * in_group + 1}};
}
void expect_product(const Product& p, int k, const Words& d) {
  for (int l = 0; l < 32; ++l)
    for (int e = 0; e < 4; ++e) {
      const Place at = sums_of(l)[std::size_t(e)];
      EXPECT_EQ(float_of(d[std::size_t(4 * l + e)]), p.d(at.row, at.column, k)) << "lane " << l << ", d" << e;
    }
}
Words sums_in(const Product& p) {
  Words c;
  for (int l = 0; l < 32; ++l)
    for (const Place at : sums_of(l)) c.push_back(bits_of(p.c[at.row][at.column]));
  return c;
}

TEST(PtxMma, OfTf32IsAMatrixProduct) {
  const Product p(3);
  Words a, b;
  for (int l = 0; l < 32; ++l) {
    const int group = l >> 2, in_group = l & 3;
    for (const Place at : {Place{group, in_group}, Place{group + 8, in_group}, Place{group, in_group + 4},
                           Place{group + 8, in_group + 4}})
      a.push_back(bits_of(p.a[at.row][at.column]) | 0x1fff);  // tf32 ignores the 13 lowest bits
    for (const int row : {in_group, in_group + 4}) b.push_back(bits_of(p.b[row][group]) | 0x1fff);
  }
  expect_product(p, 8, multiplied(tf32, a, b, sums_in(p)));
}
TEST(PtxMma, OfBf16IsAMatrixProduct) {
  const Product p(4);
  const auto pair = [](float low, float high) { return bits_of(low) >> 16 | (bits_of(high) & 0xffff0000u); };
  Words a, b;
  for (int l = 0; l < 32; ++l) {
    const int group = l >> 2, in_group = l & 3;
    for (const Place at : {Place{group, 2 * in_group}, Place{group + 8, 2 * in_group}, Place{group, 2 * in_group + 8},
                           Place{group + 8, 2 * in_group + 8}})
      a.push_back(pair(p.a[at.row][at.column], p.a[at.row][at.column + 1]));
    for (const int row : {2 * in_group, 2 * in_group + 8}) b.push_back(pair(p.b[row][group], p.b[row + 1][group]));
  }
  expect_product(p, 16, multiplied(bf16, a, b, sums_in(p)));
}
TEST(PtxMma, KeepsNanAndInfinityInTheirRowAndColumn) {
  Words a(128, bits_of(1.0f)), b(64, bits_of(1.0f)), c(128, bits_of(0.0f));
  a[4 * 5] = bits_of(std::nanf(""));   // lane 5's a0: row 1
  a[4 * 9] = bits_of(INFINITY);        // lane 9's a0: row 2
  c[4 * 31 + 3] = bits_of(-INFINITY);  // row 15, column 7
  const auto d = multiplied(tf32, a, b, c);
  for (int l = 0; l < 32; ++l)
    for (int e = 0; e < 4; ++e) {
      const Place at = sums_of(l)[std::size_t(e)];
      const float x = float_of(d[std::size_t(4 * l + e)]);
      if (at.row == 1)
        EXPECT_TRUE(std::isnan(x));
      else
        EXPECT_EQ(x, at.row == 2 ? INFINITY : at.row == 15 && at.column == 7 ? -INFINITY : 8.0f) << at.row << at.column;
    }
}
TEST(PtxMma, IsRefusedInOtherForms) {
  const std::string operands = " {%f0, %f1, %f2, %f3}, {%r4, %r5, %r6, %r7}, {%r8, %r9}, {%f4, %f5, %f6, %f7}";
  const std::string why = "is supported as m16n8k8 of tf32 and m16n8k16 of bf16 only";
  for (const std::string opcode :
       {"mma.sync.aligned.m16n8k4.row.col.f32.tf32.tf32.f32", "mma.sync.aligned.m16n8k8.row.col.f32.bf16.bf16.f32",
        "mma.sync.aligned.m16n8k8.col.row.f32.tf32.tf32"})
    EXPECT_TRUE(fails_in_ptx({.body = opcode + operands + ";"}, {"kernel probe", opcode}));
  EXPECT_TRUE(fails_in_ptx({.body = "mma.sync.aligned.m16n8k8.row.col.f32.bf16.bf16.f32" + operands + ";"}, {why}));
  EXPECT_TRUE(fails_in_ptx({.body = tf32 + " {%f0, %f1}, {%r4, %r5, %r6, %r7}, {%r8, %r9}, {%f4, %f5, %f6, %f7};"},
                           {"has an operand with the wrong number of registers"}));
  EXPECT_TRUE(fails_in_ptx({.body = tf32 + " {%f0, %f1, %f2, %f3}, {%r4, %r5, %r6, %r7}, {%r8, %r9};"},
                           {"has 3 operands, not 4"}));
}

}  // namespace
}  // namespace gs::test
