// trainer_of_ranks_test.cpp - rank 0 leads a trainer and the others follow: the result is that of one process.
#include "tests/ranks/world.h"
#include "tests/support/training_of_ranks.h"

namespace gs::test {
namespace {

TrainedRanks train_on_cpu(Ranks* ranks, const Net& net, const Recipe& recipe, const DataSplits& data,
                          const TrainerCallbacks& callbacks = {}, bool in_shares = false) {
  const std::unique_ptr<Device> device = open_device({.name = "cpu", .threads = 1});
  return train(ranks, *device, net, recipe, data, callbacks, in_shares);
}

TEST(TrainerOfRanks, FollowsOneProcess) {
  // The last batch has 3 of 7 images in training and 1 in validation: some ranks have none.
  const DataSplits data = tiny_splits(38, 22, 14);
  const TrainedRanks together = train_on_cpu(&world(), net_with_dropout(), small_recipe(), data);
  if (world().leads()) expect_same_training(together, train_on_cpu(nullptr, net_with_dropout(), small_recipe(), data));
}

TEST(TrainerOfRanks, HasTheSameBitsEachTime) {
  const DataSplits data = tiny_splits(38, 22, 14);
  const TrainedRanks once = train_on_cpu(&world(), net_with_dropout(), small_recipe(), data);
  const TrainedRanks again = train_on_cpu(&world(), net_with_dropout(), small_recipe(), data);
  EXPECT_EQ(once.parameters, again.parameters);
  EXPECT_EQ(once.evaluation.logits, again.evaluation.logits);
}

TEST(TrainerOfRanks, HasTheSameBitsIfEachHoldsAShareOfTheImages) {
  const DataSplits data = tiny_splits(38, 22, 14);
  const TrainedRanks whole = train_on_cpu(&world(), net_with_dropout(), small_recipe(), data);
  const TrainedRanks shares = train_on_cpu(&world(), net_with_dropout(), small_recipe(), data, {}, true);
  EXPECT_EQ(whole.parameters, shares.parameters);
  EXPECT_EQ(whole.evaluation.logits, shares.evaluation.logits);
}

/// Each rank has running averages of its own; the run's are those of rank 0.
TEST(TrainerOfRanks, EvaluatesWithTheAveragesOfRank0) {
  const Net net = resnet({.input = {16, 16, 1}, .base = 2, .depth = 8});
  const DataSplits data = tiny_splits(28, 22, 16);
  const TrainedRanks together = train_on_cpu(&world(), net, small_recipe(), data);
  if (!world().leads()) return;
  const std::unique_ptr<Device> device = open_device({.name = "cpu", .threads = 1});
  Program alone(net, small_recipe(), *device, {.rule = "default"});
  alone.initialize();
  alone.set_parameters(together.parameters);
  const Evaluation want = Trainer(alone, data).evaluate();
  EXPECT_TRUE(agree(together.evaluation.logits, widen(want.logits), 1e-5));
  EXPECT_NEAR(together.evaluation.loss, want.loss, 1e-6);
}

/// As after a run, with the weights of the best epoch.
TEST(TrainerOfRanks, EvaluatesWithParametersThatWereSet) {
  const DataSplits data = tiny_splits(28, 22, 14);
  const std::unique_ptr<Device> device = open_device({.name = "cpu", .threads = 1});
  Program program(net_with_dropout(), small_recipe(), *device, {.rule = "default"}, &world());
  program.initialize();
  Trainer trainer(program, data);
  if (!world().leads()) {
    trainer.follow();
    return;
  }
  trainer.run();
  Recipe other = small_recipe();
  other.seed = 2;
  Program alone(net_with_dropout(), other, *device, {.rule = "default"});
  alone.initialize();
  program.set_parameters(alone.parameters());
  const Evaluation together = trainer.evaluate();
  trainer.dismiss(0);
  EXPECT_TRUE(agree(together.logits, widen(Trainer(alone, data).evaluate().logits), 1e-5));
}

TEST(TrainerOfRanks, NormalisesByTheWholeBatchIfAsked) {
  const Net net = resnet({.input = {16, 16, 1}, .base = 2, .depth = 8});
  const DataSplits data = tiny_splits(38, 22, 16);
  Recipe recipe = small_recipe();
  recipe.sync_batch_norm = true;
  recipe.learning_rate = 1e-4f;
  const TrainedRanks together = train_on_cpu(&world(), net, recipe, data);
  if (!world().leads()) return;
  const TrainedRanks alone = train_on_cpu(nullptr, net, recipe, data);
  for (std::size_t i = 0; i < alone.history.size(); ++i) {
    EXPECT_NEAR(together.history[i].loss, alone.history[i].loss, 1e-3);
    EXPECT_NEAR(together.history[i].val_loss, alone.history[i].val_loss, 1e-3);
  }
}

TEST(TrainerOfRanks, EndsBetweenEpochsOnAllRanks) {
  TrainerCallbacks callbacks;
  callbacks.stop = [] { return true; };
  const TrainedRanks stopped =
      train_on_cpu(&world(), net_with_dropout(), small_recipe(), tiny_splits(38, 22, 14), callbacks);
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
    train_on_cpu(together ? &world() : nullptr, net_with_dropout(), recipe, data, callbacks);
  }
  EXPECT_EQ(positive[true], positive[false]);
  EXPECT_EQ(positive[true].empty(), !world().leads());
}

}  // namespace
}  // namespace gs::test
