// training_fixture.h - a small LeNet that is trained on each device with each rule for its implementations.
#pragma once
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "engine/train/trainer.h"
#include "models/models.h"
#include "tests/support/engines.h"

namespace gs::test {

constexpr int side = 14;

inline Net small_lenet(float dropout = 0.25f) {
  return lenet({.input = {side, side, 1}, .base = 3, .dropout = dropout});
}

/// Losses and final parameters of a run.
struct TrainingOutcome {
  std::vector<double> losses;  ///< per epoch: training, then validation
  std::vector<float> parameters;
  bool operator==(const TrainingOutcome&) const = default;
};

inline TrainingOutcome train(Device& device, const std::string& rule, const Net& net, const Recipe& recipe,
                             const DataSplits& data) {
  Program program(net, recipe, device, {.rule = rule});
  program.initialize();
  Trainer trainer(program, data);
  TrainingOutcome outcome;
  for (const EpochResult& epoch : trainer.run().history) {
    outcome.losses.push_back(epoch.loss);
    outcome.losses.push_back(epoch.val_loss);
  }
  outcome.parameters = program.parameters();
  return outcome;
}

class TrainingFixture : public testing::TestWithParam<Engine> {
 protected:
  void SetUp() override {
    device_ = open(GetParam());
    if (!device_) GTEST_SKIP() << "no GPU";
  }
  const std::string& rule() const { return GetParam().rule; }
  Precision precision() const { return GetParam().precision; }
  Recipe small_recipe(int epochs = 2) const {
    Recipe recipe;
    recipe.batch = 4;
    recipe.epochs = epochs;
    recipe.learning_rate = 2e-3f;
    recipe.precision = precision();
    return recipe;
  }
  Device& device() { return *device_; }

  std::unique_ptr<Device> device_;
};

}  // namespace gs::test
