// batch_division_test.cpp - every image of a pass belongs to one rank, in the order of one process.
#include "engine/ranks/batch_division.h"

#include <gtest/gtest.h>

#include <numeric>

#include "engine/core/error.h"

namespace gs {
namespace {

TEST(BatchDivision, GivesEachRowOfABatchToOneRank) {
  const BatchDivision division(8, 3);
  EXPECT_EQ(division.rows(0), 3);
  EXPECT_EQ(division.rows(1), 3);
  EXPECT_EQ(division.rows(2), 2);
  EXPECT_EQ(division.first_row(2), 6);
}

TEST(BatchDivision, EveryImageOfAPassHasOneRankAndKeepsItsStep) {
  for (const int batch : {1, 2, 7, 8, 32})
    for (const int ranks : {1, 2, 3, 5, 8})
      for (const std::uint32_t samples : {1u, 2u, 7u, 8u, 9u, 31u, 64u, 65u}) {
        if (ranks > batch) continue;
        SCOPED_TRACE(testing::Message() << samples << " images, batch " << batch << ", " << ranks << " ranks");
        const BatchDivision division(batch, ranks);
        std::vector<std::uint32_t> order(samples);
        std::iota(order.begin(), order.end(), 100u);
        std::vector<int> seen(samples, 0);
        for (int r = 0; r < ranks; ++r) {
          const std::vector<std::uint32_t> part = division.part(r, order);
          ASSERT_EQ(part.size(), division.images(r, samples));
          for (std::uint32_t i = 0; i < part.size(); ++i) {
            ++seen[part[i] - 100];
            EXPECT_EQ(part[i], order[division.place(r, i)]);
            EXPECT_EQ(i / std::uint32_t(division.rows(r)), (part[i] - 100) / std::uint32_t(batch)) << "its step";
          }
        }
        EXPECT_EQ(seen, std::vector<int>(samples, 1));
        for (std::uint32_t step = 0; step < division.steps(samples); ++step) {
          const std::vector<float> weights = division.weights(step, samples);
          EXPECT_NEAR(std::accumulate(weights.begin(), weights.end(), 0.0), 1, 1e-6);
        }
      }
}

TEST(BatchDivision, ARankWithoutImagesHasNoWeight) {
  EXPECT_EQ(BatchDivision(8, 4).weights(1, 11), (std::vector<float>{2 / 3.0f, 1 / 3.0f, 0, 0}));
}

TEST(BatchDivision, MoreRanksThanImagesAreRefused) {
  try {
    BatchDivision(2, 3);
    FAIL();
  } catch (const UsageError& error) {
    EXPECT_STREQ(error.what(), "--batch 2 is less than the 3 ranks, each of which needs an image");
  }
}

}  // namespace
}  // namespace gs
