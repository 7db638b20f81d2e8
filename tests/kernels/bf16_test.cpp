// bf16_test.cpp - conversions between float and bf16.
#include "kernels/common/bf16.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>

#include "kernels/sim/half.h"
#include "tests/support/compare.h"

namespace gs::test {
namespace {

std::uint16_t bits_of(float x) {
  return rounded<bf16>(x).bits;
}

TEST(Bf16, WideningIsExactAndRoundingTakesItBack) {
  for (std::uint32_t bits = 0; bits < 0x10000; ++bits) {
    const float wide = widened(bf16{std::uint16_t(bits)});
    ASSERT_EQ(std::bit_cast<std::uint32_t>(wide), bits << 16);
    if (std::isnan(wide))
      ASSERT_EQ(bits_of(wide), 0x7fff) << bits;
    else
      ASSERT_EQ(bits_of(wide), bits);
  }
}

TEST(Bf16, RoundsToTheNearestAndTiesToEven) {
  EXPECT_EQ(bits_of(1.0f), 0x3f80);
  EXPECT_EQ(bits_of(1.0f + 0x1p-8f), 0x3f80) << "a tie: down to even";
  EXPECT_EQ(bits_of(1.0f + 0x1p-8f + 0x1p-20f), 0x3f81);
  EXPECT_EQ(bits_of(1.0f + 3 * 0x1p-8f), 0x3f82) << "a tie: up to even";
  EXPECT_EQ(bits_of(-0.0f), 0x8000);
  EXPECT_EQ(bits_of(std::numeric_limits<float>::max()), 0x7f80) << "past the greatest value: infinity";
  EXPECT_EQ(bits_of(-INFINITY), 0xff80);
  EXPECT_EQ(bits_of(NAN), 0x7fff);
  EXPECT_EQ(bits_of(std::bit_cast<float>(0xff800001u)), 0x7fff) << "a NaN whose upper half says infinity";
  EXPECT_EQ(bits_of(std::numeric_limits<float>::denorm_min()), 0);
}

/// half_test.cpp tests half.h against an independent reference.
TEST(Bf16, IsTheSimulatorsConversion) {
  Random random(1);
  for (int i = 0; i < 200'000; ++i) {
    const float x = std::bit_cast<float>(std::uint32_t(random.bits()));
    ASSERT_EQ(bits_of(x), simulator::__float2bfloat16(x).bits) << x;
  }
}

TEST(Bf16, AFloatIsItself) {
  EXPECT_EQ(rounded<float>(0.1f), 0.1f);
  EXPECT_EQ(widened(0.1f), 0.1f);
}

}  // namespace
}  // namespace gs::test
