// Float arithmetic: single rounding, the four directions, signed zeros, subnormals, .ftz and .sat. Expected directed
// results are rounded from an exact value in long double (64 bits of fraction) or written down.
#include <cmath>
#include <limits>

#include "tests/ptx/ptx_kernel.h"

namespace gs::test {
namespace {

constexpr float infinity = std::numeric_limits<float>::infinity(), largest = std::numeric_limits<float>::max(),
                smallest_normal = std::numeric_limits<float>::min(),
                smallest = std::numeric_limits<float>::denorm_min();
const float nan_value = std::nanf("");

bool same_bits(float a, float b) {
  return bits_of(a) == bits_of(b);
}

TEST(PtxFloats, AddSubtractMultiplyAndDivide) {
  EXPECT_PRED2(same_bits, op<float>("add.f32", 1.5f, 2.25f), 3.75f);
  EXPECT_PRED2(same_bits, op<float>("add.rn.f32", 16777216.0f, 1.0f), 16777216.0f);
  EXPECT_PRED2(same_bits, op<float>("sub.f32", 1.5f, 2.25f), -0.75f);
  EXPECT_PRED2(same_bits, op<float>("mul.f32", smallest, 0.5f), 0.0f);
  EXPECT_PRED2(same_bits, op<float>("mul.rn.f32", smallest_normal, 0.5f), smallest_normal / 2);
  EXPECT_PRED2(same_bits, op<float>("div.rn.f32", 1.0f, 3.0f), 1.0f / 3.0f);
  EXPECT_PRED2(same_bits, op<float>("div.full.f32", -1.0f, 0.0f), -infinity);
  EXPECT_PRED2(same_bits, op<float>("div.approx.f32", 7.0f, 2.0f), 3.5f);
  EXPECT_PRED2(same_bits, op<float>("neg.f32", 0.0f), -0.0f);
  EXPECT_PRED2(same_bits, op<float>("abs.f32", -0.0f), 0.0f);
  EXPECT_PRED2(same_bits, op<float>("abs.f32", -2.5f), 2.5f);
  EXPECT_EQ(op<double>("add.f64", 1.0, 0x1p-52), 1.0 + 0x1p-52);
  EXPECT_EQ(op<double>("sub.rn.f64", 1.0, 0x1p-54), 1.0);
  EXPECT_EQ(op<double>("mul.f64", 3.0, -0.1), 3.0 * -0.1);
  EXPECT_EQ(op<double>("div.rn.f64", 1.0, 3.0), 1.0 / 3.0);
  EXPECT_EQ(op<double>("neg.f64", 2.0), -2.0);
  EXPECT_EQ(op<double>("abs.f64", -2.0), 2.0);
}

TEST(PtxFloats, FmaRoundsOnce) {
  const float a = 1 + 0x1p-12f;  // a * a = 1 + 2^-11 + 2^-24: the last bit is lost if the product is rounded
  EXPECT_PRED2(same_bits, op<float>("fma.rn.f32", a, a, -1.0f), 0x1p-11f + 0x1p-24f);
  const float odd = 1 + 0x1p-23f;
  const float product_tie = 0x1p-24f;  // 2^-24 exactly is the tie between 1 and 1 + 2^-23
  EXPECT_PRED2(same_bits, op<float>("fma.rn.f32", product_tie, 1.0f, 1.0f), 1.0f);
  EXPECT_PRED2(same_bits, op<float>("fma.rn.f32", product_tie, 1.0f, odd), 1 + 0x1p-22f);
  EXPECT_PRED2(same_bits, op<float>("fma.rn.f32", product_tie, 1 + 0x1p-23f, 1.0f), 1 + 0x1p-23f);
  EXPECT_PRED2(same_bits, op<float>("mad.rn.f32", a, a, -1.0f), 0x1p-11f + 0x1p-24f);
  EXPECT_EQ(op<double>("fma.rn.f64", 1 + 0x1p-30, 1 + 0x1p-30, -1.0), 0x1p-29 + 0x1p-60);
}
TEST(PtxFloats, FmaIsNotRoundedToADoubleFirst) {
  // The product is 2^-24 - 2^-70, so the sum lies just below the tie between 1 + 2^-23 and 1 + 2^-22. As a double it is
  // the tie, whose even neighbour is the upper one.
  const float a = 0x1p-24f * (1 + 0x1p-23f), b = 1 - 0x1p-23f, c = 1 + 0x1p-23f;
  EXPECT_PRED2(same_bits, op<float>("fma.rn.f32", a, b, c), c);
  EXPECT_PRED2(same_bits, op<float>("fma.rn.ftz.f32", a, b, c), c);
  EXPECT_PRED2(same_bits, op<float>("fma.rn.sat.f32", a / 2, b, c / 2), c / 2);
}

/// Rounds an exact value to float in the direction `mode`.
float directed(long double exact, char mode) {
  float f = float(exact);
  if (mode == 'n') return f;
  if (mode == 'm' && exact == 0) return -0.0f;  // terms that cancel
  const bool down = mode == 'm' || (mode == 'z' && exact > 0), up = mode == 'p' || (mode == 'z' && exact < 0);
  if (down && (long double)(f) > exact) return std::nextafterf(f, -infinity);
  if (up && (long double)(f) < exact) return std::nextafterf(f, infinity);
  return f;
}
TEST(PtxFloats, RoundInEachDirection) {
  struct Case {
    float a, b, c;
  };
  const Case cases[] = {{1.0f, 0x1p-30f, 1.0f},        {-1.0f, 0x1p-30f, -1.0f}, {1.1f, 1.3f, -1.7f},
                        {3.0f, 1.0f / 3.0f, 0.0f},     {0.1f, 0.1f, -0.01f},     {largest, 1.0f, 0x1p+70f},
                        {-largest, 1.0f, -0x1p+70f},   {largest, 2.0f, 0.0f},    {largest, -2.0f, 0.0f},
                        {smallest, 0.5f, 0.0f},        {smallest, -0.5f, 0.0f},  {smallest, 0.75f, 0x1p-148f},
                        {smallest_normal, 0.3f, 0.0f}, {1.5f, 2.0f, 4.0f}};
  for (const Case& x : cases)
    for (const char mode : {'n', 'z', 'm', 'p'}) {
      const std::string rounding = std::string(".r") + mode + ".f32";
      const auto exact = (long double)(x.a) * x.b + x.c;
      EXPECT_PRED2(same_bits, op<float>("fma" + rounding, x.a, x.b, x.c), directed(exact, mode))
          << mode << x.a << " " << x.b;
      EXPECT_PRED2(same_bits, op<float>("mul" + rounding, x.a, x.b), directed((long double)(x.a) * x.b, mode))
          << mode << x.a;
      EXPECT_PRED2(same_bits, op<float>("add" + rounding, x.a, x.c), directed((long double)(x.a) + x.c, mode))
          << mode << x.a;
      EXPECT_PRED2(same_bits, op<float>("sub" + rounding, x.a, x.c), directed((long double)(x.a) - x.c, mode))
          << mode << x.a;
    }
  // Sums that long double cannot hold exactly.
  EXPECT_PRED2(same_bits, op<float>("add.rp.f32", 1.0f, smallest), 1 + 0x1p-23f);
  EXPECT_PRED2(same_bits, op<float>("add.rz.f32", 1.0f, -smallest), 1 - 0x1p-24f);
  EXPECT_PRED2(same_bits, op<float>("add.rm.f32", -1.0f, -smallest), -1 - 0x1p-23f);
  EXPECT_PRED2(same_bits, op<float>("fma.rp.f32", smallest, smallest, 1.0f), 1 + 0x1p-23f);
  EXPECT_PRED2(same_bits, op<float>("fma.rm.f32", smallest, -smallest, 1.0f), 1 - 0x1p-24f);
  EXPECT_PRED2(same_bits, op<float>("fma.rz.f32", smallest, -smallest, 1.0f), 1 - 0x1p-24f);
  EXPECT_PRED2(same_bits, op<float>("fma.rp.f32", smallest, smallest, 0.0f), smallest);
  EXPECT_PRED2(same_bits, op<float>("fma.rm.f32", smallest, -smallest, 0.0f), -smallest);
  EXPECT_PRED2(same_bits, op<float>("fma.rz.f32", smallest, -smallest, 0.0f), -0.0f);
  EXPECT_PRED2(same_bits, op<float>("fma.rp.f32", smallest, -smallest, 0.0f), -0.0f);
}
TEST(PtxFloats, OverflowInEachDirection) {
  for (const float sign : {1.0f, -1.0f}) {
    EXPECT_PRED2(same_bits, op<float>("mul.rn.f32", sign * largest, 2.0f), sign * infinity);
    EXPECT_PRED2(same_bits, op<float>("mul.rz.f32", sign * largest, 2.0f), sign * largest);
    EXPECT_PRED2(same_bits, op<float>("mul.rm.f32", sign * largest, 2.0f), sign > 0 ? largest : -infinity);
    EXPECT_PRED2(same_bits, op<float>("mul.rp.f32", sign * largest, 2.0f), sign > 0 ? infinity : -largest);
  }
  EXPECT_PRED2(same_bits, op<float>("fma.rz.f32", infinity, 2.0f, 1.0f), infinity) << "infinity stays";
  EXPECT_TRUE(std::isnan(op<float>("fma.rz.f32", infinity, 0.0f, 1.0f)));
  EXPECT_TRUE(std::isnan(op<float>("add.rm.f32", infinity, -infinity)));
}
TEST(PtxFloats, ZeroOfASumIsNegativeOnlyDownwardsOrOfTwoNegativeOnes) {
  for (const std::string mode : {"rn", "rz", "rp"}) {
    EXPECT_PRED2(same_bits, op<float>("add." + mode + ".f32", 1.0f, -1.0f), 0.0f);
    EXPECT_PRED2(same_bits, op<float>("fma." + mode + ".f32", 2.0f, 3.0f, -6.0f), 0.0f);
    EXPECT_PRED2(same_bits, op<float>("add." + mode + ".f32", 0.0f, -0.0f), 0.0f);
  }
  EXPECT_PRED2(same_bits, op<float>("add.rm.f32", 1.0f, -1.0f), -0.0f);
  EXPECT_PRED2(same_bits, op<float>("sub.rm.f32", 1.0f, 1.0f), -0.0f);
  EXPECT_PRED2(same_bits, op<float>("fma.rm.f32", 2.0f, 3.0f, -6.0f), -0.0f);
  EXPECT_PRED2(same_bits, op<float>("add.rm.f32", 0.0f, -0.0f), -0.0f);
  for (const std::string mode : {"rn", "rz", "rm", "rp"}) {
    EXPECT_PRED2(same_bits, op<float>("add." + mode + ".f32", 0.0f, 0.0f), 0.0f);
    EXPECT_PRED2(same_bits, op<float>("add." + mode + ".f32", -0.0f, -0.0f), -0.0f);
    EXPECT_PRED2(same_bits, op<float>("mul." + mode + ".f32", -0.0f, 2.0f), -0.0f);
    EXPECT_PRED2(same_bits, op<float>("mul." + mode + ".f32", 0.0f, 2.0f), 0.0f);
  }
}

TEST(PtxFloats, FtzFlushesOperandsAndResultsAndKeepsSigns) {
  EXPECT_PRED2(same_bits, op<float>("add.ftz.f32", -smallest, -smallest), -0.0f);
  EXPECT_PRED2(same_bits, op<float>("mul.ftz.f32", smallest_normal, 0.5f), 0.0f);
  EXPECT_PRED2(same_bits, op<float>("mul.ftz.f32", smallest, 0x1p100f), 0.0f) << "an operand";
  EXPECT_PRED2(same_bits, op<float>("mul.f32", smallest, 0x1p100f), 0x1p-49f);
  EXPECT_PRED2(same_bits, op<float>("fma.rn.ftz.f32", smallest, 0x1p100f, -smallest), 0.0f);
  EXPECT_PRED2(same_bits, op<float>("neg.ftz.f32", smallest), -0.0f);
  EXPECT_PRED2(same_bits, op<float>("abs.ftz.f32", -smallest), 0.0f);
  EXPECT_PRED2(same_bits, op<float>("max.ftz.f32", smallest, -1.0f), 0.0f);
  EXPECT_PRED2(same_bits, op<float>("div.full.ftz.f32", 1.0f, smallest), infinity);
  EXPECT_PRED2(same_bits, op<float>("add.ftz.f32", smallest_normal, 0.0f), smallest_normal);
  EXPECT_TRUE(std::isnan(op<float>("add.ftz.f32", nan_value, 0.0f)));
}
TEST(PtxFloats, SatClampsAndTakesNanForZero) {
  EXPECT_PRED2(same_bits, op<float>("add.sat.f32", 0.75f, 0.5f), 1.0f);
  EXPECT_PRED2(same_bits, op<float>("sub.sat.f32", 0.25f, 0.5f), 0.0f);
  EXPECT_PRED2(same_bits, op<float>("mul.sat.f32", 0.5f, 0.5f), 0.25f);
  EXPECT_PRED2(same_bits, op<float>("fma.rn.sat.f32", -0.0f, 1.0f, -0.0f), 0.0f);
  EXPECT_PRED2(same_bits, op<float>("add.sat.f32", nan_value, 1.0f), 0.0f);
  EXPECT_PRED2(same_bits, op<float>("add.rn.ftz.sat.f32", infinity, 1.0f), 1.0f);
}

TEST(PtxFloats, MinimumAndMaximumDropNanAndOrderZeros) {
  for (const std::string ftz : {"", ".ftz"}) {
    const std::string min = "min" + ftz + ".f32", max = "max" + ftz + ".f32";
    EXPECT_PRED2(same_bits, op<float>(min, nan_value, 3.0f), 3.0f);
    EXPECT_PRED2(same_bits, op<float>(min, 3.0f, nan_value), 3.0f);
    EXPECT_PRED2(same_bits, op<float>(max, nan_value, -3.0f), -3.0f);
    EXPECT_PRED2(same_bits, op<float>(max, -3.0f, nan_value), -3.0f);
    EXPECT_TRUE(std::isnan(op<float>(min, nan_value, nan_value)));
    EXPECT_TRUE(std::isnan(op<float>(max, nan_value, nan_value)));
    EXPECT_PRED2(same_bits, op<float>(min, 0.0f, -0.0f), -0.0f);
    EXPECT_PRED2(same_bits, op<float>(min, -0.0f, 0.0f), -0.0f);
    EXPECT_PRED2(same_bits, op<float>(max, 0.0f, -0.0f), 0.0f);
    EXPECT_PRED2(same_bits, op<float>(max, -0.0f, 0.0f), 0.0f);
    EXPECT_PRED2(same_bits, op<float>(min, 1.0f, -infinity), -infinity);
    EXPECT_PRED2(same_bits, op<float>(max, 1.0f, 2.0f), 2.0f);
    EXPECT_PRED2(same_bits, op<float>(max, 2.0f, 1.0f), 2.0f);
  }
  EXPECT_EQ(op<double>("min.f64", 1.0, double(nan_value)), 1.0);
  EXPECT_FALSE(std::signbit(op<double>("max.f64", -0.0, 0.0)));
}

TEST(PtxFloats, FunctionsAreRightToTheirLastBitAndAtTheirEdges) {
  EXPECT_PRED2(same_bits, op<float>("rcp.rn.f32", 3.0f), 1.0f / 3.0f);
  EXPECT_PRED2(same_bits, op<float>("rcp.approx.f32", -0.0f), -infinity);
  EXPECT_PRED2(same_bits, op<float>("rcp.approx.ftz.f32", smallest), infinity);
  EXPECT_PRED2(same_bits, op<float>("sqrt.rn.f32", 2.0f), std::sqrt(2.0f));
  EXPECT_PRED2(same_bits, op<float>("sqrt.approx.f32", -0.0f), -0.0f);
  EXPECT_TRUE(std::isnan(op<float>("sqrt.rn.f32", -1.0f)));
  EXPECT_PRED2(same_bits, op<float>("rsqrt.approx.f32", 4.0f), 0.5f);
  EXPECT_PRED2(same_bits, op<float>("rsqrt.approx.f32", 0.0f), infinity);
  EXPECT_PRED2(same_bits, op<float>("rsqrt.approx.f32", -0.0f), -infinity);
  EXPECT_PRED2(same_bits, op<float>("ex2.approx.f32", 10.0f), 1024.0f);
  EXPECT_PRED2(same_bits, op<float>("ex2.approx.f32", -149.0f), smallest);
  EXPECT_PRED2(same_bits, op<float>("ex2.approx.ftz.f32", -149.0f), 0.0f);
  EXPECT_PRED2(same_bits, op<float>("ex2.approx.f32", -infinity), 0.0f);
  EXPECT_PRED2(same_bits, op<float>("lg2.approx.f32", 0.125f), -3.0f);
  EXPECT_PRED2(same_bits, op<float>("lg2.approx.f32", 0.0f), -infinity);
  EXPECT_PRED2(same_bits, op<float>("lg2.approx.f32", smallest), -149.0f);
  EXPECT_PRED2(same_bits, op<float>("sin.approx.f32", -0.0f), -0.0f);
  EXPECT_PRED2(same_bits, op<float>("sin.approx.f32", 1.0f), float(std::sin(1.0L)));
  EXPECT_PRED2(same_bits, op<float>("cos.approx.f32", 1.0f), float(std::cos(1.0L)));
  EXPECT_TRUE(std::isnan(op<float>("cos.approx.f32", infinity)));
  EXPECT_PRED2(same_bits, op<float>("tanh.approx.f32", 0.5f), float(std::tanh(0.5L)));
  EXPECT_PRED2(same_bits, op<float>("tanh.approx.f32", -infinity), -1.0f);
  EXPECT_EQ(op<double>("sqrt.rn.f64", 2.0), std::sqrt(2.0));
  EXPECT_EQ(op<double>("rcp.rn.f64", 3.0), 1.0 / 3.0);
}

TEST(PtxFloats, LiteralsAreBits) {
  EXPECT_PRED2(same_bits, statement<float>("add.f32 d, a, 0f3F800000;", 1.0f), 2.0f);
  EXPECT_EQ(statement<double>("mul.f64 d, a, 0d4000000000000000;", 1.5), 3.0);
}

}  // namespace
}  // namespace gs::test
