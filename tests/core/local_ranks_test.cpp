// local_ranks_test.cpp - ranks over sockets: orders, reports and sums, and the end of all if one fails or is gone.
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <csignal>
#include <numeric>

#include "tests/support/errors.h"
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

TEST(LocalRanks, GatherTheValuesOfAllInTheOrderOfRanks) {
  in_sound_ranks(3, [](Ranks& ranks) {
    const std::vector<float> own{float(ranks.rank()), float(ranks.rank()) + 0.5f};
    std::vector<float> all(6);
    ranks.all_gather(own, all);
    EXPECT_EQ(all, (std::vector<float>{0, 0.5f, 1, 1.5f, 2, 2.5f}));
  });
}

/// Rank r sends (r + 2 s) % 5 * unit bytes to rank s: 0 to some, to each another number. No two bytes near each other
/// are the same.
struct Exchanged {
  std::vector<std::uint8_t> from, want;
  std::vector<std::size_t> sent, received;

  Exchanged(int rank, int size, std::size_t unit) {
    for (int r = 0; r < size; ++r) {
      sent.push_back(add(from, rank, r, unit));
      received.push_back(add(want, r, rank, unit));
    }
  }
  static std::size_t add(std::vector<std::uint8_t>& to, int sender, int receiver, std::size_t unit) {
    const std::size_t bytes = std::size_t((sender + 2 * receiver) % 5) * unit;
    for (std::size_t i = 0; i < bytes; ++i) to.push_back(std::uint8_t(64 * sender + 16 * receiver + int(i % 13)));
    return bytes;
  }
};

TEST(LocalRanks, ExchangePartsOfAnyLength) {
  for (const int size : {2, 3, 4})
    for (const std::size_t unit : {1, 1000, 300'000})
      in_sound_ranks(size, [&](Ranks& ranks) {
        const Exchanged own(ranks.rank(), size, unit);
        std::vector<std::uint8_t> to(own.want.size());
        ranks.exchange(own.from, own.sent, to, own.received);
        EXPECT_TRUE(to == own.want) << ranks.rank();
      });
}

/// Carries what arrives at a socket on to another one, until it is closed. Returns the number of bytes.
std::size_t carry(const Descriptor& from, const Descriptor& to) {
  std::size_t bytes = 0;
  char piece[4096];
  for (ssize_t got; (got = recv(from.number(), piece, sizeof piece, 0)) > 0; bytes += std::size_t(got))
    send(to.number(), piece, std::size_t(got), MSG_NOSIGNAL);
  return bytes;
}

std::unique_ptr<Ranks> one_of_two(int rank, Descriptor data, Descriptor words) {
  std::vector<LocalRanks::Connection> all;
  all.push_back({std::move(data), std::move(words)});
  return std::make_unique<LocalRanks>(rank, 2, std::move(all));
}

TEST(LocalRanks, ExchangeSendsARankItsPartsOnly) {
  constexpr std::size_t many = 1'000'000;  // that rank 0 keeps
  auto first = LocalRanks::connect(), second = LocalRanks::connect();
  LocalRanks::Connection &of_rank_0 = first.first, &of_rank_1 = second.second;
  LocalRanks::Connection &near = first.second, &far = second.first;  // the test carries data between these two
  std::size_t to_rank_1 = 0;
  {
    const std::jthread there([&] { to_rank_1 = carry(near.data, far.data); });
    const std::jthread back([&] { carry(far.data, near.data); });
    const std::jthread rank_1([&] {
      const auto ranks = one_of_two(1, std::move(of_rank_1.data), std::move(near.words));
      std::uint8_t got = 0;
      ranks->exchange({}, {0, 0}, {&got, 1}, {1, 0});
      EXPECT_EQ(got, 7);
    });
    const auto ranks = one_of_two(0, std::move(of_rank_0.data), std::move(of_rank_0.words));
    const std::vector<std::uint8_t> from(many + 1, 7);
    std::vector<std::uint8_t> kept(many);
    ranks->exchange(from, {many, 1}, kept, {many, 0});
    EXPECT_TRUE(std::ranges::count(kept, 7) == many);
  }
  EXPECT_GT(to_rank_1, 0u);
  EXPECT_LT(to_rank_1, 1000u);
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
  EXPECT_TRUE(messages[0].starts_with("rank 2 on ") && messages[0].ends_with(" has ended")) << messages[0];
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

/// The message that check() throws within some seconds.
std::string words_of_check(Ranks& ranks) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  return words_of([&] {
    while (std::chrono::steady_clock::now() < end) ranks.check();
  });
}

TEST(LocalRanks, SeeAFailureBehindOrdersThatTheyHaveNotTaken) {
  const auto messages = in_ranks(2, [](Ranks& ranks) {
    if (ranks.leads()) {
      char order = 0;
      for (int i = 0; i < 2; ++i) ranks.broadcast(&order, 1);
      throw Error("no more disk");
    }
    EXPECT_EQ(words_of_check(ranks), "no more disk");
  });
  EXPECT_EQ(messages[1], "");
}

TEST(LocalRanks, SeeADeathBehindOrdersThatTheyHaveNotTaken) {
  auto [of_rank_0, of_rank_1] = LocalRanks::connect();
  const pid_t process = fork();
  if (process == 0) {
    const auto rank_0 = one_of_two(0, std::move(of_rank_0.data), std::move(of_rank_0.words));
    char order = 0;
    for (int i = 0; i < 2; ++i) rank_0->broadcast(&order, 1);
    _exit(0);
  }
  ASSERT_GT(process, 0);
  waitpid(process, nullptr, 0);
  of_rank_0.data.close();
  of_rank_0.words.close();
  const auto rank_1 = one_of_two(1, std::move(of_rank_1.data), std::move(of_rank_1.words));
  EXPECT_TRUE(words_of_check(*rank_1).ends_with(" has died"));
}

/// Rank 0 fails while it sends a message, of which rank 1 then reads the part that was sent.
TEST(LocalRanks, SendNoFailureInTheMiddleOfAMessage) {
  std::atomic<bool> rank_0_has_failed = false;
  const auto messages = in_ranks(3, [&](Ranks& ranks) {
    std::vector<char> parameters(8'000'000);
    if (ranks.rank() == 2) throw Error("no more disk");
    if (ranks.leads()) {
      try {
        ranks.broadcast(parameters.data(), parameters.size());
      } catch (const Error& error) {
        ranks.fail(error);
        rank_0_has_failed = true;
        throw;
      }
    }
    while (!rank_0_has_failed) std::this_thread::yield();
    ranks.broadcast(parameters.data(), parameters.size());
  });
  EXPECT_TRUE(messages[1].ends_with("no more disk")) << messages[1];
}

/// A rank's process, which acts as rank 1 of 2 by this connection until it is killed.
pid_t start_idle_rank(const LocalRanks::Connection& to_rank_0) {
  const pid_t process = fork();
  if (process != 0) return process;
  const auto ranks = one_of_two(1, Descriptor(dup(to_rank_0.data.number())), Descriptor(dup(to_rank_0.words.number())));
  for (;;) pause();
}

bool is_silent_after(int seconds, SignsOfLife& signs, SignsOfLife::Time begin, SignsOfLife::Time seen) {
  while (signs.looked() < begin + std::chrono::seconds(seconds)) signs.look(signs.looked() + std::chrono::seconds(1));
  return signs.is_silent(seen);
}

TEST(SignsOfLife, AreMissedLaterBeforeTheFirst) {
  SignsOfLife signs;
  const SignsOfLife::Time begin = signs.looked();
  EXPECT_FALSE(is_silent_after(14, signs, begin, begin));
  EXPECT_TRUE(is_silent_after(16, signs, begin, begin));
  EXPECT_FALSE(is_silent_after(119, signs, begin, {}));
  EXPECT_TRUE(is_silent_after(122, signs, begin, {}));
}

/// Ranks 1, 3 and 4 are silent, too: one has not begun yet, one computes and calls nothing, one has left.
TEST(LocalRanks, MissOneThatIsStopped) {
  std::vector<LocalRanks::Connection> of_rank_0, of_others;
  for (int rank = 1; rank < 5; ++rank) {
    auto [here, there] = LocalRanks::connect();
    of_rank_0.push_back(std::move(here));
    of_others.push_back(std::move(there));
  }
  const pid_t stopped = start_idle_rank(of_others[1]);
  ASSERT_GT(stopped, 0);
  pollfd first_sign{of_rank_0[1].words.number(), POLLIN, 0};
  ASSERT_EQ(poll(&first_sign, 1, 10'000), 1);
  const auto start = [&](int rank) {
    std::vector<LocalRanks::Connection> own;
    own.push_back(std::move(of_others[std::size_t(rank - 1)]));
    return std::make_unique<LocalRanks>(rank, 5, std::move(own));
  };
  LocalRanks rank_0(0, 5, std::move(of_rank_0));
  const auto computing = start(3);
  start(4).reset();
  kill(stopped, SIGSTOP);
  EXPECT_EQ(words_of_check(rank_0), "rank 2 on " + rank_0.host(2) + " has not answered for 15 s");
  EXPECT_EQ(words_of([&] { computing->check(); }), words_of([&] { rank_0.check(); })) << "rank 0 has told it";
  kill(stopped, SIGKILL);
  waitpid(stopped, nullptr, 0);
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
