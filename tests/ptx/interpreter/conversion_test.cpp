// cvt: widths and signs, ties, clamping, NaN, and the formats of the tensor cores.
#include <cmath>
#include <limits>

#include "tests/ptx/ptx_kernel.h"

namespace gs::test {
namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();
const float not_a_number = std::nanf("");

TEST(PtxConversions, OfIntegersExtendBySourcesSignAndWrap) {
  EXPECT_EQ(op<std::int64_t>("cvt.s64.s32", std::int32_t(-2)), -2);
  EXPECT_EQ(op<std::uint64_t>("cvt.u64.u32", 0xfffffffeu), 0xfffffffeull);
  EXPECT_EQ(op<std::uint64_t>("cvt.u64.s32", std::int32_t(-2)), ~1ull)
      << "the source's sign, though the result has none";
  EXPECT_EQ(op<std::int64_t>("cvt.s64.u32", 0xfffffffeu), 0xfffffffell);
  EXPECT_EQ(op<std::int32_t>("cvt.s32.s16", std::int16_t(-3)), -3);
  EXPECT_EQ(op<std::uint32_t>("cvt.u32.u16", std::uint16_t(0xfffd)), 0xfffdu);
  EXPECT_EQ(op<std::uint32_t>("cvt.u32.u64", 0x123456789abcdef0ull), 0x9abcdef0u);
  EXPECT_EQ(op<std::uint16_t>("cvt.u16.u32", 0x12345678u), 0x5678);
  EXPECT_EQ(op<std::int16_t>("cvt.s16.s64", std::int64_t(-1) << 15), std::numeric_limits<std::int16_t>::min());
  // 8-bit values occupy 16-bit registers: the upper bits are ignored in a source and extended in a result
  EXPECT_EQ(op<std::int32_t>("cvt.s32.s8", std::int16_t(0x12ff)), -1);
  EXPECT_EQ(op<std::uint32_t>("cvt.u32.u8", std::uint16_t(0x12ff)), 0xffu);
  EXPECT_EQ(op<std::uint16_t>("cvt.s8.s32", 0x1280), 0xff80);
  EXPECT_EQ(op<std::uint16_t>("cvt.u8.u32", 0x1280u), 0x80);
  EXPECT_EQ(op<std::uint16_t>("cvt.s16.s8", std::uint16_t(0x80)), 0xff80);
  // a register wider than its type: the low bits count
  EXPECT_EQ(op<std::int64_t>("cvt.s64.s32", 0x12345678fffffffeull), -2);
  EXPECT_EQ(op<std::int32_t>("cvt.s32.s8", 0x1234u << 8 | 0x80), -128);
  EXPECT_EQ(op<std::uint16_t>("cvt.u16.u8", 0xabcdef0123456789ull), 0x89);
  EXPECT_EQ((statements<std::int64_t>("cvt.s64.s32 d, a;", std::vector<std::uint64_t>{1, 0xffffffff, 1ull << 32, 7})),
            (std::vector<std::int64_t>{1, -1, 0, 7}));
}

TEST(PtxConversions, OfIntegersToFloatsRoundToEven) {
  EXPECT_EQ(op<float>("cvt.rn.f32.s32", 16777217), 16777216.0f);
  EXPECT_EQ(op<float>("cvt.rn.f32.s32", 16777219), 16777220.0f);
  EXPECT_EQ(op<float>("cvt.rn.f32.u32", 0xffffffffu), 4294967296.0f);
  EXPECT_EQ(op<float>("cvt.rn.f32.s32", -1), -1.0f);
  EXPECT_EQ(op<float>("cvt.rn.f32.u64", ~0ull), 0x1p64f);
  EXPECT_EQ(op<float>("cvt.rn.f32.s64", std::int64_t(1) << 62), 0x1p62f);
  EXPECT_EQ(op<float>("cvt.rn.f32.u16", std::uint16_t(65535)), 65535.0f);
  EXPECT_EQ(op<float>("cvt.rn.f32.s16", std::int16_t(-32768)), -32768.0f);
  EXPECT_EQ(op<float>("cvt.rn.f32.u8", std::uint16_t(0x1ff)), 255.0f);
  EXPECT_EQ(op<float>("cvt.rn.f32.s8", std::uint16_t(0x1ff)), -1.0f);
  EXPECT_EQ(op<double>("cvt.rn.f64.u32", 0xffffffffu), 4294967295.0);
  EXPECT_EQ(op<double>("cvt.rn.f64.s64", (std::int64_t(1) << 53) + 1), 0x1p53);
}

TEST(PtxConversions, OfFloatsToIntegersRoundInEachDirection) {
  struct Case {
    float x;
    int nearest, zero, down, up;
  };
  for (const Case c : {Case{0.5f, 0, 0, 0, 1}, Case{1.5f, 2, 1, 1, 2}, Case{2.5f, 2, 2, 2, 3}, Case{-0.5f, 0, 0, -1, 0},
                       Case{-1.5f, -2, -1, -2, -1}, Case{-2.25f, -2, -2, -3, -2}, Case{3.0f, 3, 3, 3, 3}}) {
    EXPECT_EQ(op<std::int32_t>("cvt.rni.s32.f32", c.x), c.nearest) << c.x;
    EXPECT_EQ(op<std::int32_t>("cvt.rzi.s32.f32", c.x), c.zero) << c.x;
    EXPECT_EQ(op<std::int32_t>("cvt.rmi.s32.f32", c.x), c.down) << c.x;
    EXPECT_EQ(op<std::int32_t>("cvt.rpi.s32.f32", c.x), c.up) << c.x;
    EXPECT_EQ(op<std::int64_t>("cvt.rmi.s64.f64", double(c.x)), c.down) << c.x;
    EXPECT_EQ(op<float>("cvt.rni.f32.f32", c.x), float(c.nearest)) << c.x;
    EXPECT_EQ(op<float>("cvt.rmi.f32.f32", c.x), float(c.down)) << c.x;
    EXPECT_EQ(op<float>("cvt.rpi.f32.f32", c.x), float(c.up)) << c.x;
    EXPECT_EQ(op<double>("cvt.rzi.f64.f64", double(c.x)), double(c.zero)) << c.x;
  }
  EXPECT_TRUE(std::signbit(op<float>("cvt.rni.f32.f32", -0.25f)));
}

TEST(PtxConversions, OfFloatsToIntegersClamp) {
  EXPECT_EQ(op<std::int32_t>("cvt.rzi.s32.f32", 2147483648.0f), 2147483647);
  EXPECT_EQ(op<std::int32_t>("cvt.rzi.s32.f32", 2147483520.0f), 2147483520);
  EXPECT_EQ(op<std::int32_t>("cvt.rzi.s32.f32", -infinity), std::numeric_limits<std::int32_t>::min());
  EXPECT_EQ(op<std::uint32_t>("cvt.rzi.u32.f32", -1.0f), 0u);
  EXPECT_EQ(op<std::uint32_t>("cvt.rzi.u32.f32", 4294967296.0f), 0xffffffffu);
  EXPECT_EQ(op<std::uint32_t>("cvt.rzi.u32.f64", 4294967295.5), 0xffffffffu);
  EXPECT_EQ(op<std::int64_t>("cvt.rzi.s64.f32", 0x1p63f), std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(op<std::uint64_t>("cvt.rzi.u64.f32", infinity), ~0ull);
  EXPECT_EQ(op<std::int16_t>("cvt.rzi.s16.f32", 40000.0f), 32767);
  EXPECT_EQ(op<std::uint16_t>("cvt.rzi.u16.f32", 70000.0f), 65535);
  EXPECT_EQ(op<std::int16_t>("cvt.rzi.s8.f32", -200.0f), -128);
  EXPECT_EQ(op<std::uint16_t>("cvt.rni.u8.f32", 254.5f), 254);
}
TEST(PtxConversions, OfNanGiveZeroOrWith64BitsTheHighestBit) {
  const double nan64 = not_a_number;
  EXPECT_EQ(op<std::int32_t>("cvt.rzi.s32.f32", not_a_number), 0);
  EXPECT_EQ(op<std::uint32_t>("cvt.rzi.u32.f32", not_a_number), 0u);
  EXPECT_EQ(op<std::uint16_t>("cvt.rzi.u16.f32", not_a_number), 0);
  EXPECT_EQ(op<std::uint64_t>("cvt.rzi.s64.f32", not_a_number), 1ull << 63);
  EXPECT_EQ(op<std::uint64_t>("cvt.rzi.u64.f32", not_a_number), 1ull << 63);
  EXPECT_EQ(op<std::uint32_t>("cvt.rzi.s32.f64", nan64), 1u << 31);
  EXPECT_EQ(op<std::uint32_t>("cvt.rzi.u32.f64", nan64), 1u << 31);
  EXPECT_EQ(op<std::uint16_t>("cvt.rzi.u16.f64", nan64), 1u << 15);
}

TEST(PtxConversions, OfFloatsToFloats) {
  EXPECT_EQ(op<double>("cvt.f64.f32", 0.1f), double(0.1f));
  EXPECT_EQ(op<float>("cvt.rn.f32.f64", 1 + 0x1p-24), 1.0f) << "a tie";
  EXPECT_EQ(op<float>("cvt.rn.f32.f64", 1 + 3 * 0x1p-24), 1 + 0x1p-22f) << "a tie, the even one above";
  EXPECT_EQ(op<float>("cvt.rn.f32.f64", 1e300), infinity);
  EXPECT_TRUE(std::isnan(op<float>("cvt.rn.f32.f64", double(not_a_number))));
  EXPECT_EQ(bits_of(op<float>("cvt.rn.ftz.f32.f64", -0x1p-140)), bits_of(-0.0f));
  EXPECT_EQ(op<float>("cvt.rn.f32.f64", -0x1p-140), -0x1p-140f);
  EXPECT_EQ(op<double>("cvt.ftz.f64.f32", 0x1p-140f), 0.0);
  EXPECT_EQ(op<float>("cvt.sat.f32.f32", 1.5f), 1.0f);
  EXPECT_EQ(op<float>("cvt.sat.f32.f32", 0.5f), 0.5f);
  EXPECT_EQ(bits_of(op<float>("cvt.sat.f32.f32", -0.0f)), 0u);
  EXPECT_EQ(bits_of(op<float>("cvt.sat.f32.f32", not_a_number)), 0u);
  EXPECT_EQ(op<float>("cvt.rni.sat.f32.f32", 0.75f), 1.0f);
}

TEST(PtxConversions, ToBf16RoundToEven) {
  const auto bf16 = [](std::uint32_t bits) { return op<std::uint16_t>("cvt.rn.bf16.f32", float_of(bits)); };
  EXPECT_EQ(bf16(0x3f800000), 0x3f80);
  EXPECT_EQ(bf16(0x3f808000), 0x3f80) << "a tie, to the even one below";
  EXPECT_EQ(bf16(0x3f818000), 0x3f82) << "a tie, to the even one above";
  EXPECT_EQ(bf16(0x3f808001), 0x3f81);
  EXPECT_EQ(bf16(0x3f807fff), 0x3f80);
  EXPECT_EQ(bf16(0xbf818000), 0xbf82);
  EXPECT_EQ(bf16(0x7f7fffff), 0x7f80) << "beyond the largest";
  EXPECT_EQ(bf16(0xff800000), 0xff80);
  EXPECT_EQ(bf16(0x80000000), 0x8000);
  EXPECT_EQ(bf16(0x00008001), 0x0001) << "subnormal";
  EXPECT_EQ(bf16(0x7f800001), 0x7fff) << "NaN, whose upper half looks like infinity";
  EXPECT_EQ(bf16(0xffffffff), 0x7fff) << "NaN, which must not wrap to 0";
}
TEST(PtxConversions, ToTf32RoundTiesAway) {
  const auto tf32 = [](std::uint32_t bits) { return op<std::uint32_t>("cvt.rna.tf32.f32", float_of(bits)); };
  EXPECT_EQ(tf32(0x3f800000), 0x3f800000u);
  EXPECT_EQ(tf32(0x3f801000), 0x3f802000u) << "a tie, away from zero, though the one below is even";
  EXPECT_EQ(tf32(0xbf801000), 0xbf802000u);
  EXPECT_EQ(tf32(0x3f800fff), 0x3f800000u);
  EXPECT_EQ(tf32(0x3fffffff), 0x40000000u) << "into the exponent";
  EXPECT_EQ(tf32(0x7f7fffff), 0x7f800000u);
  EXPECT_EQ(tf32(0xff800000), 0xff800000u);
  EXPECT_EQ(tf32(0xffc00000), 0x7fffffffu);
  EXPECT_EQ(tf32(0x7f800001), 0x7fffffffu);
}

TEST(PtxConversions, AreRefusedWhereTheyAreNotSupported) {
  const auto refused = [](const std::string& statement, const std::string& why) {
    return fails_in_ptx({.body = statement}, {"'" + statement.substr(0, statement.size() - 1) + "'", why});
  };
  EXPECT_TRUE(refused("cvt.s32.f32 %r1, %f1;", "needs a rounding to an integer"));
  EXPECT_TRUE(refused("cvt.rz.f32.s32 %f1, %r1;", "'.rz' is not supported"));
  EXPECT_TRUE(refused("cvt.rz.bf16.f32 %rs1, %f1;", "is not supported with this source or rounding"));
  EXPECT_TRUE(refused("cvt.rn.tf32.f32 %r1, %f1;", "is not supported with this source or rounding"));
  EXPECT_TRUE(refused("cvt.sat.u8.u32 %rs1, %r1;", "saturates floats only"));
  EXPECT_TRUE(refused("cvt.f32.bf16 %f1, %rs1;", "is not supported for this source"));
  EXPECT_TRUE(refused("cvt.f32.f16 %f1, %rs1;", "has no supported type"));
  EXPECT_TRUE(refused("cvt.s64.s32 %rd1, %rs1;", "operand 2 has 16 bits, not 32"));
}

}  // namespace
}  // namespace gs::test
