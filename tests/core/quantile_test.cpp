// quantile_test.cpp - linearly interpolated quantiles.
#include "engine/core/quantile.h"

#include <gtest/gtest.h>

#include <cmath>

#include "engine/core/error.h"

namespace gs::test {
namespace {

TEST(Quantile, InterpolatesBetweenNeighbours) {
  EXPECT_DOUBLE_EQ(quantile({3, 1, 2}, 0.5), 2);
  EXPECT_DOUBLE_EQ(quantile({4, 1, 2, 3}, 0.5), 2.5);
  EXPECT_DOUBLE_EQ(median({4, 1, 2, 3}), 2.5);
  EXPECT_DOUBLE_EQ(quantile({0, 10}, 0.1), 1);
  EXPECT_DOUBLE_EQ(quantile({5}, 0.9), 5);
  EXPECT_DOUBLE_EQ(quantile_of_sorted({1, 2, 3, 4, 5}, 0.25), 2);
  EXPECT_DOUBLE_EQ(quantile({5, 1}, 1), 5);
  EXPECT_DOUBLE_EQ(quantile({5, 1}, 0), 1);
}

TEST(Quantile, NanIsTheLargest) {
  std::vector<double> values(100, std::nan(""));
  for (std::size_t i = 0; i < values.size(); i += 3) values[i] = double(i);
  EXPECT_DOUBLE_EQ(quantile(values, 0), 0);
  EXPECT_NEAR(quantile(values, 0.2), 59.4, 1e-9);
  EXPECT_TRUE(std::isnan(quantile(values, 0.5)));
}

TEST(Quantile, OfNothingThereIsNone) {
  EXPECT_THROW(quantile({}, 0.5), Error);
  EXPECT_THROW(quantile_of_sorted({}, 0.5), Error);
  EXPECT_THROW(median({}), Error);
}

}  // namespace
}  // namespace gs::test
