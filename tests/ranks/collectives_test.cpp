// collectives_test.cpp - sums in the order of ranks, copies and reports.
#include <cmath>
#include <numeric>

#include "tests/ranks/world.h"
#include "tests/support/compare.h"

namespace gs::test {
namespace {

std::vector<float> values_of(int rank, std::int64_t count) {
  return random_values(count, std::uint64_t(rank) + 1);
}

/// Values whose sum depends on the order: 1 is lost beside 2^25.
TEST(Ranks, SumsAddInTheOrderOfRanks) {
  Ranks& ranks = world();
  const auto value = [](int rank) { return rank % 3 == 0 ? 1.0f : rank % 3 == 1 ? 0x1p25f : -0x1p25f; };
  float want = 0;
  for (int r = 0; r < ranks.size(); ++r) want += value(r);
  std::vector<float> sum(1001, value(ranks.rank()));
  ranks.begin_sum(sum, std::vector<float>(std::size_t(ranks.size()), 1.0f));
  ranks.finish_sums();
  EXPECT_EQ(sum, std::vector<float>(1001, want));
}

TEST(Ranks, SumsAreWeightedAndHaveTheSameBitsEverywhere) {
  Ranks& ranks = world();
  std::vector<float> weights;
  for (int r = 0; r < ranks.size(); ++r) weights.push_back(float(r + 1) / 7);
  for (const std::int64_t count : {0, 1, 2, 3, 5, 1000, 100'003}) {
    SCOPED_TRACE(count);
    std::vector<float> sum = values_of(ranks.rank(), count), want(std::size_t(count), 0.0f);
    for (int r = 0; r < ranks.size(); ++r) {
      const std::vector<float> other = values_of(r, count);
      for (std::size_t i = 0; i < want.size(); ++i) want[i] += weights[std::size_t(r)] * other[i];
    }
    ranks.begin_sum(sum, weights);
    ranks.finish_sums();
    if (count > 0) {
      EXPECT_TRUE(agree(sum, widen(want), 1e-5));
    }
    // All ranks have the same bits, and have them again.
    std::string bits(reinterpret_cast<const char*>(sum.data()), sum.size() * sizeof(float));
    for (const std::string& other : ranks.gather(bits)) EXPECT_EQ(other, bits);
    std::vector<float> again = values_of(ranks.rank(), count);
    ranks.begin_sum(again, weights);
    ranks.finish_sums();
    EXPECT_EQ(again, sum);
  }
}

TEST(Ranks, ARankOfWeightZeroIsLeftOut) {
  Ranks& ranks = world();
  std::vector<float> weights(std::size_t(ranks.size()), 0.0f);
  weights[0] = 1;
  std::vector<float> sum(10, ranks.leads() ? 2.0f : NAN);
  ranks.begin_sum(sum, weights);
  ranks.finish_sums();
  EXPECT_EQ(sum, std::vector<float>(10, 2.0f));
}

TEST(Ranks, SeveralSumsAreUnderWayAtOnce) {
  Ranks& ranks = world();
  std::vector<std::vector<float>> sums;
  for (int i = 0; i < 20; ++i) sums.emplace_back(std::size_t(i * 997), float(i + ranks.rank()));
  for (std::vector<float>& sum : sums) ranks.begin_sum(sum, std::vector<float>(std::size_t(ranks.size()), 1.0f));
  ranks.finish_sums();
  for (int i = 0; i < 20; ++i) {
    const float want = float(i * ranks.size() + ranks.size() * (ranks.size() - 1) / 2);
    EXPECT_EQ(sums[std::size_t(i)], std::vector<float>(std::size_t(i * 997), want));
  }
}

TEST(Ranks, BroadcastsShortAndLongMessages) {
  Ranks& ranks = world();
  for (const std::size_t count : {0, 1, 100, 1'000'000}) {
    std::vector<float> values(count, float(ranks.rank()));
    if (ranks.leads()) std::iota(values.begin(), values.end(), 0.0f);
    ranks.broadcast(values.data(), values.size() * sizeof(float));
    std::vector<float> want(count);
    std::iota(want.begin(), want.end(), 0.0f);
    EXPECT_EQ(values, want);
  }
}

TEST(Ranks, AllGatherHasTheOrderOfRanks) {
  Ranks& ranks = world();
  const std::vector<float> own{float(ranks.rank()), float(ranks.rank()) + 0.5f};
  std::vector<float> all(own.size() * std::size_t(ranks.size())), want;
  for (int r = 0; r < ranks.size(); ++r) want.insert(want.end(), {float(r), float(r) + 0.5f});
  ranks.all_gather(own, all);
  EXPECT_EQ(all, want);
}

TEST(Ranks, ExchangePartsOfAnyLength) {
  Ranks& ranks = world();
  // Rank r sends (r + 2 s) % 4 bytes to rank s, each 16 r + s.
  const auto length = [](int from, int to) { return std::size_t((from + 2 * to) % 4); };
  std::vector<std::uint8_t> from, want;
  std::vector<std::size_t> sent, received;
  for (int r = 0; r < ranks.size(); ++r) {
    sent.push_back(length(ranks.rank(), r));
    received.push_back(length(r, ranks.rank()));
    from.insert(from.end(), sent.back(), std::uint8_t(16 * ranks.rank() + r));
    want.insert(want.end(), received.back(), std::uint8_t(16 * r + ranks.rank()));
  }
  std::vector<std::uint8_t> to(want.size());
  ranks.exchange(from, sent, to, received);
  EXPECT_EQ(to, want);
}

TEST(Ranks, GatherReportsOfAnyLength) {
  Ranks& ranks = world();
  const auto report_of = [](int rank) { return std::string(std::size_t(rank * 3), char('a' + rank)); };
  const std::vector<std::string> reports = ranks.gather(report_of(ranks.rank()));
  if (!ranks.leads()) {
    EXPECT_TRUE(reports.empty());
    return;
  }
  ASSERT_EQ(int(reports.size()), ranks.size());
  for (int r = 0; r < ranks.size(); ++r) EXPECT_EQ(reports[std::size_t(r)], report_of(r));
}

}  // namespace
}  // namespace gs::test
