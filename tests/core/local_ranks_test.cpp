// local_ranks_test.cpp - ranks over sockets: orders, reports and sums, and the end of all if one fails or is gone.
#include <cmath>
#include <numeric>

#include "tests/support/ranks_as_threads.h"

namespace gs::test {
namespace {

TEST(LocalRanks, CopyShortAndLongMessagesOfRank0) {
  in_sound_ranks(3, [](Ranks& ranks) {
    for (const std::size_t count : {0, 1, 1000, 1'000'000}) {
      std::vector<float> values(count, float(ranks.rank())), want(count);
      std::iota(want.begin(), want.end(), 0.0f);
      if (ranks.leads()) values = want;
      ranks.broadcast(values.data(), values.size() * sizeof(float));
      EXPECT_EQ(values, want);
    }
  });
}

TEST(LocalRanks, GatherReportsOfAnyLength) {
  in_sound_ranks(3, [](Ranks& ranks) {
    const auto report_of = [](int rank) { return std::string(std::size_t(rank) * 500'000, char('a' + rank)); };
    const std::vector<std::string> reports = ranks.gather(report_of(ranks.rank()));
    ASSERT_EQ(int(reports.size()), ranks.leads() ? 3 : 0);
    for (std::size_t r = 0; r < reports.size(); ++r) EXPECT_EQ(reports[r], report_of(int(r)));
  });
}

TEST(LocalRanks, SumInTheOrderOfRanksWithoutThoseOfWeightZero) {
  in_sound_ranks(4, [](Ranks& ranks) {
    std::vector<float> values(1000, ranks.rank() == 2 ? NAN : float(ranks.rank() + 1));
    ranks.begin_sum(values, {0.5f, 0.25f, 0, 0.25f});
    ranks.finish_sums();
    EXPECT_EQ(values, std::vector<float>(1000, 0.5f + 0.25f * 2 + 0.25f * 4));
  });
}

TEST(LocalRanks, CountThemselvesOnTheirHost) {
  in_sound_ranks(3, [](Ranks& ranks) { EXPECT_EQ(ranks.local_rank(), ranks.rank()); });
}

TEST(LocalRanks, EndTogetherIfOneFails) {
  for (const int failing : {0, 1, 2}) {
    const auto messages = in_ranks(3, [&](Ranks& ranks) {
      if (ranks.rank() == failing) throw Error("no more disk");
      for (;;) {  // until the word arrives
        char order = 0;
        ranks.broadcast(&order, 1);
      }
    });
    EXPECT_EQ(messages[std::size_t(failing)], "no more disk");
    for (int r = 0; r < 3; ++r)
      if (r != failing) {
        const std::string& message = messages[std::size_t(r)];
        EXPECT_TRUE(message.ends_with(": no more disk") || (failing == 0 && message == "no more disk")) << message;
        EXPECT_EQ(message.starts_with("rank " + std::to_string(failing)), failing != 0) << message;
      }
  }
}

TEST(LocalRanks, NameARankThatIsGone) {
  const auto messages = in_ranks(3, [](Ranks& ranks) {
    if (ranks.rank() == 2) return;
    ranks.gather("");
    for (char order = 0;;) ranks.broadcast(&order, 1);
  });
  EXPECT_TRUE(messages[0].starts_with("rank 2 on ") && messages[0].ends_with(" has died")) << messages[0];
}

TEST(LocalRanks, SeeWithoutAWaitThatOneHasFailed) {
  in_ranks(2, [](Ranks& ranks) {
    if (!ranks.leads()) throw Error("no more disk");
    const auto check_without_end = [&] {
      for (;;) ranks.check();
    };
    EXPECT_THROW(check_without_end(), Error);
  });
}

/// Its last word says that it has ended in order.
TEST(LocalRanks, DoNotMissOneThatHasLeft) {
  in_sound_ranks(2, [](Ranks& ranks) {
    if (!ranks.leads()) return;
    for (int i = 0; i < 200; ++i) {
      ranks.check();
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  });
}

}  // namespace
}  // namespace gs::test
