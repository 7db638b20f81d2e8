// sampler_test.cpp - the order of an epoch, and its random numbers.
#include "engine/data/sampler.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <numeric>

#include "engine/core/random.h"

namespace gs::test {
namespace {

using Order = std::vector<std::uint32_t>;

TEST(EpochOrder, NamesEveryImageOnce) {
  for (const std::uint32_t n : {1u, 2u, 3u, 100u, 1001u}) {
    Order order = epoch_order(7, 3, n), all(n);
    std::sort(order.begin(), order.end());
    std::iota(all.begin(), all.end(), 0u);
    EXPECT_EQ(order, all) << n;
  }
  EXPECT_TRUE(epoch_order(7, 3, 0).empty());
}

TEST(EpochOrder, IsAFunctionOfSeedAndEpoch) {
  EXPECT_EQ(epoch_order(7, 3, 100), epoch_order(7, 3, 100));
  EXPECT_NE(epoch_order(7, 3, 100), epoch_order(7, 4, 100));
  EXPECT_NE(epoch_order(7, 3, 100), epoch_order(8, 3, 100));
  // Runs must be repeatable with later versions, so these numbers must never change.
  EXPECT_EQ(epoch_order(1, 0, 8), (Order{4, 6, 0, 5, 2, 1, 7, 3}));
}

TEST(EpochOrder, EveryOrderOfThreeIsAsLikely) {
  std::array<int, 27> count{};
  constexpr int epochs = 6000;
  for (std::uint32_t e = 0; e < epochs; ++e) {
    const Order o = epoch_order(1, e, 3);
    ++count[o[0] * 9 + o[1] * 3 + o[2]];
  }
  int seen = 0;
  for (const int c : count)
    if (c > 0) {
      ++seen;
      EXPECT_NEAR(c, 1000, 5 * 29);  // five standard deviations
    }
  EXPECT_EQ(seen, 6);
}

TEST(RandomStream, StreamsOfOtherPurposesAndIndicesDiffer) {
  RandomStream a(1, RandomPurpose::initial_weights), b(1, RandomPurpose::epoch_order),
      c(1, RandomPurpose::initial_weights, 1);
  const std::uint32_t first = a.word();
  EXPECT_NE(first, b.word());
  EXPECT_NE(first, c.word());
}

}  // namespace
}  // namespace gs::test
