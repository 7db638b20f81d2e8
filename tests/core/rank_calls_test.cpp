// rank_calls_test.cpp - where ranks exchange values, and what is refused rather than exchanged at the wrong time.
#include "engine/program/rank_calls.h"

#include <gtest/gtest.h>

#include "models/models.h"
#include "tests/support/errors.h"
#include "tests/support/ranks_as_threads.h"

namespace gs::test {
namespace {

/// Names of the calls of a step with exchanges: a forward pass that writes tensor 0, the gradients, the update.
std::vector<std::string> with_exchanges(const Exchanges& of_layers, bool writes_gradients = true) {
  const FlatLayout layout(mlp({.input = {4, 4, 1}, .base = 1}));
  std::map<std::string, ParameterTensors> parameters;
  OpCall backward{.name = "backward"};
  for (const FlatLayout::Slot& slot : layout.slots) {
    const auto gradient = TensorId(10 + parameters.size());
    parameters[slot.parameter.name].gradient = gradient;
    if (writes_gradients) backward.writes.push_back(gradient);
  }
  std::vector<OpCall> calls{{.name = "forward", .writes = {0}}, backward, {.name = "update"}};
  auto [here, there] = LocalRanks::connect();
  std::vector<LocalRanks::Connection> connections;
  connections.push_back(std::move(here));
  LocalRanks ranks(0, 2, std::move(connections));
  insert_host_exchanges(calls, of_layers, {layout, parameters, 1}, ranks, {});
  std::vector<std::string> names;
  for (const OpCall& call : calls) names.push_back(call.name);
  return names;
}

TEST(RankCalls, FollowTheCallsThatWriteTheValues) {
  const std::vector<std::string> names = with_exchanges({{{"bn1", 0, 2, 1}}, {"dense1"}});
  ASSERT_GE(names.size(), 6u);
  EXPECT_EQ(names[0], "forward");
  EXPECT_EQ(names[1], "bn1 all-gather");
  EXPECT_EQ(names[2], "backward");
  EXPECT_EQ(names[3], "dense1 all-reduce");
  EXPECT_EQ(names[names.size() - 2], "finish all-reduce");
  EXPECT_EQ(names.back(), "update");
}

TEST(RankCalls, RefuseALayerThatIsToBeSummedAtOnceAndHasNoGradients) {
  EXPECT_TRUE(refuses<Error>([] { with_exchanges({{}, {"bn1"}}); }, {"summed at once"}));
}

TEST(RankCalls, RefuseValuesThatNoCallWrites) {
  EXPECT_TRUE(refuses<Error>([] { with_exchanges({{{"bn1", 5, 2, 1}}, {}}); }, {"no call writes"}));
  EXPECT_TRUE(refuses<Error>([] { with_exchanges({}, false); }, {"no call writes"}));
}

}  // namespace
}  // namespace gs::test
