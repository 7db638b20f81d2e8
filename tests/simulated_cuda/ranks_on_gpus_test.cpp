// ranks_on_gpus_test.cpp - several ranks train on simulated GPUs: the result is that of one GPU, and of PyTorch's
// traces.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstring>
#include <thread>

#include "engine/simulated_cuda/gpus.h"
#include "tests/support/errors.h"
#include "tests/support/ranks_as_threads.h"
#include "tests/support/traces_of_ranks.h"
#include "tests/support/training_of_ranks.h"

namespace gs::test {
namespace {

std::unique_ptr<Device> gpu(int number) {
  return open_device({.name = "cuda:" + std::to_string(number), .tf32 = false});
}

Net small_resnet() {
  return resnet({.input = {16, 16, 1}, .base = 2, .depth = 8});
}

Recipe recipe_of_common_statistics() {
  Recipe recipe = small_recipe();
  recipe.sync_batch_norm = true;
  recipe.learning_rate = 1e-4f;
  return recipe;
}

class RanksOnGpus : public testing::TestWithParam<int> {
 protected:
  RanksOnGpus() { simulated_cuda::gpu_count = 4; }

  static TrainedRanks train_together(const DataSplits& data, const TrainerCallbacks& callbacks = {},
                                     bool in_shares = false) {
    return train_together(net_with_dropout(), small_recipe(), data, callbacks, in_shares);
  }
  static TrainedRanks train_together(const Net& net, const Recipe& recipe, const DataSplits& data,
                                     const TrainerCallbacks& callbacks = {}, bool in_shares = false) {
    TrainedRanks result;
    in_sound_ranks(GetParam(), [&](Ranks& ranks) {
      const auto device = gpu(ranks.rank());
      const TrainedRanks own = train(&ranks, *device, net, recipe, data, callbacks, in_shares);
      if (ranks.leads()) result = own;
    });
    return result;
  }
};
INSTANTIATE_TEST_SUITE_P(Ranks, RanksOnGpus, testing::Values(2, 3),
                         [](const auto& tested) { return std::to_string(tested.param); });

TEST_P(RanksOnGpus, FollowOneGpu) {
  // The last batch has 3 of 7 images in training and 1 in validation: some ranks have none.
  const DataSplits data = tiny_splits(38, 22, 14);
  const TrainedRanks together = train_together(data);
  expect_same_training(together, train(nullptr, *gpu(0), net_with_dropout(), small_recipe(), data));
  EXPECT_EQ(train_together(data).parameters, together.parameters) << "the same bits";
}

TEST_P(RanksOnGpus, HaveTheSameBitsIfEachHoldsAShareOfTheImages) {
  const DataSplits data = tiny_splits(38, 22, 14);
  const TrainedRanks whole = train_together(data), shares = train_together(data, {}, true);
  EXPECT_EQ(whole.parameters, shares.parameters);
  EXPECT_EQ(whole.evaluation.logits, shares.evaluation.logits);
}

TEST_P(RanksOnGpus, DiagnoseTheImagesOfAll) {
  TrainerCallbacks callbacks;
  std::vector<std::uint32_t> positive;
  callbacks.diagnosis = [&](int, const Diagnosis& diagnosis) {
    for (const LayerDiagnosis& layer : diagnosis.layers)
      for (const ChannelActivity& channel : layer.channels) positive.push_back(channel.positive);
  };
  const DataSplits data = tiny_splits(28, 7, 14);
  train_together(data, callbacks);
  const std::vector<std::uint32_t> together = std::exchange(positive, {});
  train(nullptr, *gpu(0), net_with_dropout(), small_recipe(), data, callbacks);
  ASSERT_GT(positive.size(), 0u);
  EXPECT_EQ(together, positive);
}

/// The running averages are those of the whole batch, too: they yield the losses of validation.
TEST_P(RanksOnGpus, NormaliseByTheWholeBatchIfAsked) {
  const DataSplits data = tiny_splits(38, 22, 16);  // some ranks have none of the last batch
  Recipe recipe = recipe_of_common_statistics();
  const TrainedRanks together = train_together(small_resnet(), recipe, data);
  const TrainedRanks alone = train(nullptr, *gpu(0), small_resnet(), recipe, data);
  ASSERT_EQ(together.history.size(), alone.history.size());
  for (std::size_t i = 0; i < alone.history.size(); ++i) {
    EXPECT_NEAR(together.history[i].loss, alone.history[i].loss, 1e-3);
    EXPECT_NEAR(together.history[i].val_loss, alone.history[i].val_loss, 1e-3);
  }
  EXPECT_EQ(train_together(small_resnet(), recipe, data).parameters, together.parameters) << "the same bits";
  recipe.sync_batch_norm = false;
  recipe.epochs = 1;
  const TrainedRanks apart = train_together(small_resnet(), recipe, data);
  EXPECT_GT(std::abs(apart.history[0].loss - alone.history[0].loss), 1e-2);
}

TEST_P(RanksOnGpus, FollowTheTraces) {
  in_sound_ranks(GetParam(), [&](Ranks& ranks) {
    const auto device = gpu(ranks.rank());
    follow_traces(ranks, *device, "lenet", "library");
  });
}

TEST_P(RanksOnGpus, FollowTheTracesWithTheStatisticsOfTheWholeBatch) {
  in_sound_ranks(GetParam(), [&](Ranks& ranks) {
    const auto device = gpu(ranks.rank());
    follow_traces(ranks, *device, "resnet", "library");
  });
}

/// Every exchange follows the one before it, and each sum its share.
void expect_an_order(const std::vector<OpCall>& calls, std::ptrdiff_t least_sums, std::ptrdiff_t gathers) {
  const auto before = dependencies(calls);
  int last = -1;
  std::ptrdiff_t sums = 0;
  for (std::size_t i = 0; i < calls.size(); ++i) {
    const bool sum = calls[i].name.ends_with(" all-reduce") && calls[i].name != "finish all-reduce";
    const bool gather = calls[i].name.ends_with(" all-gather");
    if (!sum && !gather) continue;
    if (sum) {
      ++sums;
      EXPECT_TRUE(calls[i - 1].name.ends_with(" share")) << calls[i - 1].name;
      EXPECT_EQ(std::ranges::count(before[i], int(i) - 1), 1) << "the share";
    } else {
      --gathers;
    }
    if (last >= 0) {
      EXPECT_EQ(std::ranges::count(before[i], last), 1) << calls[i].name << " after " << calls[std::size_t(last)].name;
    }
    last = int(i);
  }
  EXPECT_GE(sums, least_sums);
  EXPECT_EQ(gathers, 0);
}

TEST_P(RanksOnGpus, OrderTheirExchangesByEdges) {
  in_sound_ranks(GetParam(), [&](Ranks& ranks) {
    const auto device = gpu(ranks.rank());
    const Program sums(alexnet({.input = {64, 64, 1}, .base = 8}), small_recipe(), *device, {.rule = "own"}, &ranks);
    expect_an_order(sums.training_calls(), 2, 0);
    const Net net = small_resnet();
    const auto normalisations =
        std::ranges::count_if(net.layers, [](const Layer& layer) { return layer.name.starts_with("bn"); });
    const Program both(net, recipe_of_common_statistics(), *device, {.rule = "own"}, &ranks);
    expect_an_order(both.training_calls(), normalisations + 2, normalisations);
  });
}

/// The backward pass reads the sums of a normalisation's gradients: they are not summed again before the update.
TEST_P(RanksOnGpus, SumEachGradientOnce) {
  in_sound_ranks(GetParam(), [&](Ranks& ranks) {
    const auto device = gpu(ranks.rank());
    const Program program(small_resnet(), recipe_of_common_statistics(), *device, {.rule = "own"}, &ranks);
    std::vector<TensorId> summed;
    for (const OpCall& call : program.training_calls())
      if (call.name.ends_with(" share"))
        for (const TensorId id : call.writes) {
          EXPECT_EQ(std::ranges::count(summed, id), 0) << call.name;
          summed.push_back(id);
        }
    int gradients = 0;
    for (const Layer& layer : program.net().layers)
      for (const Parameter& parameter : layer.parameters) gradients += parameter.trained;
    EXPECT_EQ(int(summed.size()), gradients);
  });
}

class FailingRanksOnGpus : public testing::Test {
 protected:
  FailingRanksOnGpus() { simulated_cuda::gpu_count = 4; }
};

TEST_F(FailingRanksOnGpus, AreRefusedIfTheyWouldSumInAnotherOrder) {
  const auto messages = in_ranks(2, [](Ranks& ranks) {
    const auto device = gpu(ranks.rank());
    const Net net = ranks.leads() ? net_with_dropout() : mlp({.input = {14, 14, 1}, .base = 3});
    Program program(net, small_recipe(), *device, {.rule = "own"}, &ranks);
    program.initialize();
    program.begin_training_epoch(0, 20, 1e-3f);
  });
  EXPECT_NE(messages[0].find("differs from rank 0"), std::string::npos) << messages[0];
  EXPECT_NE(messages[0].find("the exchanges between ranks"), std::string::npos) << messages[0];
}

TEST_F(FailingRanksOnGpus, EndTogetherIfOneFailsInTheMiddle) {
  const DataSplits data = tiny_splits(38, 22, 14);
  const auto start = std::chrono::steady_clock::now();
  const auto messages = in_ranks(3, [&](Ranks& ranks) {
    const auto device = gpu(ranks.rank());
    TrainerCallbacks callbacks;
    callbacks.progress = [](const EpochProgress&) { throw Error("no more disk"); };
    train(&ranks, *device, net_with_dropout(), small_recipe(), data, callbacks);
  });
  for (const std::string& message : messages) EXPECT_EQ(message, "no more disk");
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(40)) << "the stand-in waits for 60 s";
}

/// A rank that calls `act` before it does one of the training steps that rank 0 orders.
class RankBeforeAStep final : public Ranks {
 public:
  RankBeforeAStep(Ranks& ranks, std::uint32_t step, std::function<void()> act)
      : ranks_(ranks), step_(step), act_(std::move(act)) {}

  int rank() const override { return ranks_.rank(); }
  int size() const override { return ranks_.size(); }
  const std::string& host(int rank) const override { return ranks_.host(rank); }
  void broadcast(void* data, std::size_t bytes) override {
    ranks_.broadcast(data, bytes);
    TrainerOrder order;
    if (bytes != sizeof order) return;
    std::memcpy(&order, data, bytes);
    if (order.kind == TrainerOrder::Kind::train && order.step == step_) act_();
  }
  std::vector<std::string> gather(std::string_view bytes) override { return ranks_.gather(bytes); }
  void all_gather(std::span<const float> own, std::span<float> all) override { ranks_.all_gather(own, all); }
  void exchange(std::span<const std::uint8_t> from, const std::vector<std::size_t>& sent, std::span<std::uint8_t> to,
                const std::vector<std::size_t>& received) override {
    ranks_.exchange(from, sent, to, received);
  }
  void begin_sum(std::span<float> values, std::vector<float> weights) override { ranks_.begin_sum(values, weights); }
  void finish_sums() override { ranks_.finish_sums(); }
  bool speaks() const override { return ranks_.speaks(); }
  void check() override { ranks_.check(); }
  void fail(const std::exception& error) noexcept override { ranks_.fail(error); }

 private:
  Ranks& ranks_;
  std::uint32_t step_;
  std::function<void()> act_;
};

/// Rank 0 has ordered the epoch's last step: it waits for its GPU only, whose sums wait for those of rank 1.
TEST_F(FailingRanksOnGpus, EndIfOneFailsWhileTheOthersWaitForItsSum) {
  const DataSplits data = tiny_splits(38, 22, 14);
  const auto messages = in_ranks(2, [&](Ranks& ranks) {
    const auto device = gpu(ranks.rank());
    RankBeforeAStep failing(ranks, 5, [] { throw Error("no more disk"); });
    train(ranks.leads() ? &ranks : &failing, *device, net_with_dropout(), small_recipe(), data);
  });
  EXPECT_TRUE(messages[0].starts_with("rank 1 on ") && messages[0].ends_with(": no more disk")) << messages[0];
}

/// The device of rank 0 is free at once, though rank 1 does not begin its sum: a program restores its parameters.
TEST_F(FailingRanksOnGpus, GiveUpTheSumsUnderWayIfOneFails) {
  const DataSplits data = tiny_splits(38, 22, 14);
  std::atomic<bool> rank_0_has_ended = false;
  const auto messages = in_ranks(2, [&](Ranks& ranks) {
    const auto device = gpu(ranks.rank());
    RankBeforeAStep late(ranks, 0, [&] {
      while (!rank_0_has_ended) std::this_thread::yield();
    });
    Program program(net_with_dropout(), small_recipe(), *device, {.rule = "default"}, ranks.leads() ? &ranks : &late);
    program.initialize();
    const std::vector<float> first = program.parameters();
    Trainer trainer(program, data);
    if (!ranks.leads()) {
      trainer.follow();
      return;
    }
    TrainerCallbacks callbacks;
    callbacks.progress = [](const EpochProgress&) { throw Error("no more disk"); };
    EXPECT_TRUE(refuses<Error>([&] { trainer.run(callbacks); }, {"no more disk"}));
    std::vector<float> last;
    EXPECT_NO_THROW(last = program.parameters());
    EXPECT_EQ(last, first);
    rank_0_has_ended = true;
  });
  EXPECT_EQ(messages, (std::vector<std::string>{"", "no more disk"}));
}

}  // namespace
}  // namespace gs::test
