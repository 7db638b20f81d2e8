// ranks_as_threads.h - ranks as threads of a test, joined by sockets.
#pragma once
#include <gtest/gtest.h>

#include <exception>
#include <functional>
#include <thread>
#include <vector>

#include "engine/ranks/local_ranks.h"

namespace gs::test {

/// Runs `act` as each of the ranks at the same time. Returns the message of each rank's exception, empty without one;
/// a rank that throws ends the run on the others, as a program does.
inline std::vector<std::string> in_ranks(int size, const std::function<void(Ranks&)>& act) {
  std::vector<LocalRanks::Connection> of_rank_0, of_others;
  for (int rank = 1; rank < size; ++rank) {
    auto [here, there] = LocalRanks::connect();
    of_rank_0.push_back(std::move(here));
    of_others.push_back(std::move(there));
  }
  std::vector<std::string> messages(std::size_t(size), "");
  const auto run = [&](int rank, std::vector<LocalRanks::Connection> connections) {
    LocalRanks ranks(rank, size, std::move(connections));
    try {
      act(ranks);
    } catch (const std::exception& error) {
      messages[std::size_t(rank)] = error.what();
      ranks.fail(error);
    }
  };
  {
    std::vector<std::jthread> threads;
    for (int rank = 1; rank < size; ++rank) {
      std::vector<LocalRanks::Connection> own;
      own.push_back(std::move(of_others[std::size_t(rank - 1)]));
      threads.emplace_back([&run, rank, own = std::move(own)]() mutable { run(rank, std::move(own)); });
    }
    run(0, std::move(of_rank_0));
  }
  return messages;
}

/// The same, where no rank may fail.
inline void in_sound_ranks(int size, const std::function<void(Ranks&)>& act) {
  for (const std::string& message : in_ranks(size, act)) EXPECT_EQ(message, "");
}

}  // namespace gs::test
