// divide_test.cpp - division by multiplication against plain division.
#include "kernels/common/divide.h"

#include <gtest/gtest.h>

#include <climits>

#include "tests/support/compare.h"

namespace gs::test {
namespace {

TEST(Divider, IsTheDivision) {
  Random random(1);
  std::vector<int> divisors{INT_MAX, INT_MAX - 1, 1 << 30, (1 << 30) + 1};
  for (int d = 1; d <= 300; ++d) divisors.push_back(d);
  for (int i = 0; i < 300; ++i) divisors.push_back(1 + int(random.below(INT_MAX)));
  for (const int d : divisors) {
    const Divider by(d);
    const auto check = [&](std::int64_t n) {
      if (n < 0 || n > INT_MAX) return;
      int quotient = int(n);
      const int rest = by.split(quotient);
      EXPECT_EQ(quotient, n / d) << n << " / " << d;
      EXPECT_EQ(rest, n % d) << n << " % " << d;
    };
    for (std::int64_t n : {std::int64_t(0), std::int64_t(1), std::int64_t(INT_MAX)}) check(n);
    for (int i = 0; i < 50; ++i) {
      check(random.below(INT_MAX));
      const std::int64_t multiple = random.below(std::int64_t(INT_MAX) / d + 1) * d;  // the quotient changes here
      check(multiple);
      check(multiple - 1);
      check(multiple + 1);
    }
  }
}

}  // namespace
}  // namespace gs::test
