// training_of_ranks.h - a small run in which rank 0 leads the trainer and the others follow.
#pragma once
#include <gtest/gtest.h>

#include <cmath>

#include "engine/train/trainer.h"
#include "models/models.h"
#include "tests/support/compare.h"
#include "tests/support/tiny_data.h"

namespace gs::test {

struct TrainedRanks {
  std::vector<EpochResult> history;
  Evaluation evaluation;
  std::vector<float> parameters;
};

/// Runs the trainer on rank 0; on the others it follows, and the outcome is empty.
inline TrainedRanks train(Ranks* ranks, Device& device, const Net& net, const Recipe& recipe, const DataSplits& data,
                          const TrainerCallbacks& callbacks = {}, bool in_shares = false) {
  Program program(net, recipe, device, {.rule = "default"}, ranks);
  // Rank 0's weights count.
  program.initialize();
  if (ranks && !ranks->leads()) program.set_parameters(std::vector<float>(program.parameters().size(), 3.0f));
  Trainer trainer(program, data, {.evaluate_training = true, .in_shares = in_shares});
  if (ranks && !ranks->leads()) {
    EXPECT_EQ(trainer.follow(), 7);
    return {};
  }
  TrainedRanks outcome;
  outcome.history = trainer.run(callbacks).history;
  outcome.evaluation = trainer.evaluate();
  outcome.parameters = program.parameters();
  trainer.dismiss(7);
  return outcome;
}

inline Recipe small_recipe() {
  Recipe recipe;
  recipe.batch = 7;
  recipe.epochs = 3;
  recipe.learning_rate = 2e-3f;
  return recipe;
}

inline Net net_with_dropout() {
  return lenet({.input = {14, 14, 1}, .base = 3, .dropout = 0.25f});
}

inline void expect_same_training(const TrainedRanks& ranks, const TrainedRanks& alone) {
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

}  // namespace gs::test
