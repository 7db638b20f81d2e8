// trainer_of_ranks_test.cpp - rank 0 leads a trainer and the others follow: the result is that of one process.
#include <cmath>

#include "engine/train/trainer.h"
#include "models/models.h"
#include "tests/ranks/world.h"
#include "tests/support/compare.h"
#include "tests/support/tiny_data.h"

namespace gs::test {
namespace {

struct Outcome {
  std::vector<EpochResult> history;
  Evaluation evaluation;
  std::vector<float> parameters;
};

/// Runs the trainer on rank 0; on the others it follows, and the outcome is empty.
Outcome train(Ranks* ranks, const Net& net, const Recipe& recipe, const DataSplits& data,
              const TrainerCallbacks& callbacks = {}, bool in_shares = false) {
  const std::unique_ptr<Device> device = open_device({.name = "cpu", .threads = 1});
  Program program(net, recipe, *device, {.rule = "default"}, ranks);
  // Rank 0's weights count.
  program.initialize();
  if (ranks && !ranks->leads()) program.set_parameters(std::vector<float>(program.parameters().size(), 3.0f));
  Trainer trainer(program, data, {.evaluate_training = true, .in_shares = in_shares});
  if (ranks && !ranks->leads()) {
    EXPECT_EQ(trainer.follow(), 7);
    return {};
  }
  Outcome outcome;
  outcome.history = trainer.run(callbacks).history;
  outcome.evaluation = trainer.evaluate();
  outcome.parameters = program.parameters();
  trainer.dismiss(7);
  return outcome;
}

Recipe small_recipe() {
  Recipe recipe;
  recipe.batch = 7;
  recipe.epochs = 3;
  recipe.learning_rate = 2e-3f;
  return recipe;
}

Net net_with_dropout() {
  return lenet({.input = {14, 14, 1}, .base = 3, .dropout = 0.25f});
}

void compare(const Outcome& ranks, const Outcome& alone) {
  ASSERT_EQ(ranks.history.size(), alone.history.size());
  for (std::size_t i = 0; i < alone.history.size(); ++i) {
    EXPECT_NEAR(ranks.history[i].loss, alone.history[i].loss, 1e-5 * alone.history[i].loss);
    EXPECT_NEAR(ranks.history[i].val_loss, alone.history[i].val_loss, 1e-5 * alone.history[i].val_loss);
    EXPECT_NEAR(ranks.history[i].train_loss, alone.history[i].train_loss, 1e-5 * alone.history[i].train_loss);
    EXPECT_EQ(ranks.history[i].accuracy, alone.history[i].accuracy);
    EXPECT_EQ(ranks.history[i].val_accuracy, alone.history[i].val_accuracy);
  }
  EXPECT_TRUE(agree(ranks.evaluation.logits, widen(alone.evaluation.logits), 1e-4));
  EXPECT_TRUE(agree(ranks.parameters, widen(alone.parameters), 1e-4));
}

TEST(TrainerOfRanks, FollowsOneProcess) {
  // The last batch has 3 of 7 images in training and 1 in validation: some ranks have none.
  const DataSplits data = tiny_splits(38, 22, 14);
  const Outcome together = train(&world(), net_with_dropout(), small_recipe(), data);
  if (world().leads()) compare(together, train(nullptr, net_with_dropout(), small_recipe(), data));
}

TEST(TrainerOfRanks, HasTheSameBitsEachTime) {
  const DataSplits data = tiny_splits(38, 22, 14);
  const Outcome once = train(&world(), net_with_dropout(), small_recipe(), data);
  const Outcome again = train(&world(), net_with_dropout(), small_recipe(), data);
  EXPECT_EQ(once.parameters, again.parameters);
  EXPECT_EQ(once.evaluation.logits, again.evaluation.logits);
}

TEST(TrainerOfRanks, HasTheSameBitsIfEachHoldsAShareOfTheImages) {
  const DataSplits data = tiny_splits(38, 22, 14);
  const Outcome whole = train(&world(), net_with_dropout(), small_recipe(), data);
  const Outcome shares = train(&world(), net_with_dropout(), small_recipe(), data, {}, true);
  EXPECT_EQ(whole.parameters, shares.parameters);
  EXPECT_EQ(whole.evaluation.logits, shares.evaluation.logits);
}

/// Each rank has running averages of its own; the run's are those of rank 0.
TEST(TrainerOfRanks, EvaluatesWithTheAveragesOfRank0) {
  const Net net = resnet({.input = {16, 16, 1}, .base = 2, .depth = 8});
  const DataSplits data = tiny_splits(28, 22, 16);
  const Outcome together = train(&world(), net, small_recipe(), data);
  if (!world().leads()) return;
  const std::unique_ptr<Device> device = open_device({.name = "cpu", .threads = 1});
  Program alone(net, small_recipe(), *device, {.rule = "default"});
  alone.initialize();
  alone.set_parameters(together.parameters);
  const Evaluation want = Trainer(alone, data).evaluate();
  EXPECT_TRUE(agree(together.evaluation.logits, widen(want.logits), 1e-5));
  EXPECT_NEAR(together.evaluation.loss, want.loss, 1e-6);
}

TEST(TrainerOfRanks, NormalisesByTheWholeBatchIfAsked) {
  const Net net = resnet({.input = {16, 16, 1}, .base = 2, .depth = 8});
  const DataSplits data = tiny_splits(38, 22, 16);
  Recipe recipe = small_recipe();
  recipe.sync_batch_norm = true;
  recipe.learning_rate = 1e-4f;
  const Outcome together = train(&world(), net, recipe, data);
  if (!world().leads()) return;
  const Outcome alone = train(nullptr, net, recipe, data);
  for (std::size_t i = 0; i < alone.history.size(); ++i) {
    EXPECT_NEAR(together.history[i].loss, alone.history[i].loss, 1e-3);
    EXPECT_NEAR(together.history[i].val_loss, alone.history[i].val_loss, 1e-3);
  }
}

TEST(TrainerOfRanks, EndsBetweenEpochsOnAllRanks) {
  TrainerCallbacks callbacks;
  callbacks.stop = [] { return true; };
  const Outcome stopped = train(&world(), net_with_dropout(), small_recipe(), tiny_splits(38, 22, 14), callbacks);
  EXPECT_EQ(stopped.history.size(), world().leads() ? 1u : 0u);
}

TEST(TrainerOfRanks, DiagnosesTheImagesOfAllRanks) {
  const DataSplits data = tiny_splits(28, 7, 14);
  std::vector<std::uint32_t> positive[2];
  for (const bool together : {true, false}) {
    if (!together && !world().leads()) break;
    TrainerCallbacks callbacks;
    callbacks.diagnosis = [&](int, const Diagnosis& diagnosis) {
      for (const LayerDiagnosis& layer : diagnosis.layers)
        for (const ChannelActivity& channel : layer.channels) positive[together].push_back(channel.positive);
    };
    Recipe recipe = small_recipe();
    recipe.epochs = 1;
    train(together ? &world() : nullptr, net_with_dropout(), recipe, data, callbacks);
  }
  EXPECT_EQ(positive[true], positive[false]);
  EXPECT_EQ(positive[true].empty(), !world().leads());
}

}  // namespace
}  // namespace gs::test
