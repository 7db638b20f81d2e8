// compare_test.cpp - the comparator itself: values that must fail do fail.
#include "tests/support/compare.h"

#include <limits>
#include <string>

namespace gs::test {
namespace {

constexpr float nan_value = std::numeric_limits<float>::quiet_NaN();
constexpr float infinity = std::numeric_limits<float>::infinity();

TEST(Compare, EqualAndWithinTheBoundPasses) {
  const std::vector<float> got = {1, 2.25f, -3};
  EXPECT_TRUE(agree(got, std::vector<double>{1, 2, -3}, 0.25));
  EXPECT_TRUE(agree(got, std::vector<double>{1, 2, -3}, std::vector<double>{0, 0.25, 0}));
  EXPECT_TRUE(agree_relative(got, std::vector<double>{1, 2, -3}, 0.125));
  EXPECT_TRUE(agree(1.5f, 1.0, 0.5));
}

TEST(Compare, OutsideTheBoundFailsAndNamesTheWorst) {
  const std::vector<float> got = {1, 2.375f, -3.5f};
  const auto result = agree(got, std::vector<double>{1, 2, -3}, 0.25);
  ASSERT_FALSE(result);
  EXPECT_STREQ(result.message(), "2 of 3 values are off; worst at index 2: got -3.5, want -3, bound 0.25");
  EXPECT_FALSE(agree_relative(got, std::vector<double>{1, 2, -3}, 0.1));
  EXPECT_FALSE(agree(got, std::vector<double>{1, 2, -3}, std::vector<double>{1, 0.2, 1}));
}

TEST(Compare, NanAndInfinityFail) {
  const std::vector<double> want = {1, 2};
  for (float bad : {nan_value, infinity, -infinity}) {
    EXPECT_FALSE(agree(std::vector<float>{1, bad}, want, 1e30)) << bad;
    EXPECT_FALSE(agree_relative(std::vector<float>{1, bad}, want, 1e30)) << bad;
    // Fails even if the reference holds the same value, unless NonFinite::as_expected is passed.
    EXPECT_FALSE(agree(std::vector<float>{1, bad}, std::vector<double>{1, bad}, 1e30)) << bad;
    EXPECT_FALSE(agree(std::vector<float>{1, 2}, std::vector<double>{1, bad}, 1e30)) << bad;
  }
}

TEST(Compare, ExpectedNonFiniteValuesPassOnlyWhereTheyAreExpected) {
  const auto expected = NonFinite::as_expected;
  const std::vector<double> want = {1, nan_value, infinity, -infinity};
  EXPECT_TRUE(agree(std::vector<float>{1, nan_value, infinity, -infinity}, want, 0.0, expected));
  EXPECT_TRUE(agree_relative(std::vector<float>{1, nan_value, infinity, -infinity}, want, 1e-6, expected));
  EXPECT_FALSE(agree(std::vector<float>{nan_value, nan_value, infinity, -infinity}, want, 1e30, expected));
  EXPECT_FALSE(agree(std::vector<float>{1, 0, infinity, -infinity}, want, 1e30, expected));
  EXPECT_FALSE(agree(std::vector<float>{1, nan_value, -infinity, -infinity}, want, 1e30, expected));
  EXPECT_FALSE(agree(std::vector<float>{1, infinity, infinity, -infinity}, want, 1e30, expected));
}

TEST(Compare, EmptyAndMismatchedInputsFail) {
  EXPECT_FALSE(agree(std::vector<float>{}, std::vector<double>{}, 1.0));
  EXPECT_FALSE(agree(std::vector<float>{}, std::vector<double>{}, std::vector<double>{}));
  EXPECT_FALSE(agree(std::vector<float>{1}, std::vector<double>{}, 1.0));
  EXPECT_FALSE(agree(std::vector<float>{1}, std::vector<double>{1, 1}, 1.0));
  EXPECT_FALSE(agree(std::vector<float>{1, 1}, std::vector<double>{1, 1}, std::vector<double>{1}));
  EXPECT_FALSE(agree_relative(std::vector<float>{}, std::vector<double>{}, 1.0));
}

TEST(Compare, AUselessBoundFails) {
  const std::vector<float> got = {1};
  const std::vector<double> want = {1};
  EXPECT_FALSE(agree(got, want, double(nan_value)));
  EXPECT_FALSE(agree(got, want, double(infinity)));
  EXPECT_FALSE(agree(got, want, -1.0));
}

TEST(Compare, BoundGrowsWithTheTermsAndHoldsForALongSum) {
  EXPECT_LT(bound(1, 10, 1), bound(1, 10, 100));
  EXPECT_LT(bound(1, 10, 9), bound(1, 100, 9));
  const auto a = random_values(10'000, 1), b = random_values(10'000, 2);
  float sum = 0;
  double reference = 0, magnitude = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    sum += a[i] * b[i];
    reference += double(a[i]) * b[i];
    magnitude += std::abs(double(a[i]) * b[i]);
  }
  EXPECT_TRUE(agree(sum, reference, bound(reference, magnitude, 10'000)));
  EXPECT_LT(bound(reference, magnitude, 10'000), 1e-4 * magnitude) << "a bound that lets a wrong sum pass";
}

TEST(Compare, RandomValuesAreAFunctionOfTheSeed) {
  EXPECT_EQ(random_values(100, 7), random_values(100, 7));
  EXPECT_NE(random_values(100, 7), random_values(100, 8));
  for (float v : random_values(1000, 3, 2, 5)) EXPECT_TRUE(v >= 2 && v < 5) << v;
}

}  // namespace
}  // namespace gs::test
