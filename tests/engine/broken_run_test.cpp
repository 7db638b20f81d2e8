// broken_run_test.cpp - a run with broken weights ends after the epoch and names the layer, even if a library's ReLU
// hides NaN from the loss (as in the simulated cuDNN and cuBLASLt); and the cost of this check.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "engine/device/backends.h"
#include "engine/train/trainer.h"
#include "kernels/optimizer/optimizers.h"
#include "models/models.h"
#include "tests/support/break_parameter.h"
#include "tests/support/engines.h"
#include "tests/support/errors.h"
#include "tests/support/tiny_data.h"

namespace gs {
namespace {

using test::break_parameter;

constexpr int broken_run_side = 14;

class BrokenRun : public testing::TestWithParam<test::Engine> {
 protected:
  void SetUp() override {
    device_ = test::open(GetParam());
    if (!device_) GTEST_SKIP() << "no GPU";
  }
  Recipe recipe(std::string_view optimizer = "adam") const {
    Recipe recipe;
    recipe.batch = 4;
    recipe.epochs = 4;
    recipe.learning_rate = 2e-3f;
    recipe.optimizer = usual_optimizer(optimizer);
    recipe.precision = GetParam().precision;
    return recipe;
  }
  std::unique_ptr<Program> program(const Recipe& recipe) const {
    auto p = std::make_unique<Program>(lenet({.input = {broken_run_side, broken_run_side, 1}, .base = 3}), recipe,
                                       *device_, ImplementationChoice{.rule = GetParam().rule});
    p->initialize();
    return p;
  }

  const DataSplits data_ = test::tiny_splits(18, 7, broken_run_side);
  std::unique_ptr<Device> device_;
};

/// conv1 lies below every ReLU: if these map NaN to 0, the loss stays finite.
TEST_P(BrokenRun, WeightsThatBreakBetweenTwoEpochsEndTheRun) {
  for (const OptimizerRow* row : optimizers())
    for (const float value : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()})
      for (const bool loops : {false, true}) {
        SCOPED_TRACE(fmt::format("{}, {}{}", row->name, value, loops ? ", in loops" : ""));
        const auto p = program(recipe(row->name));
        p->use_epoch_loops(loops);
        Trainer trainer(*p, data_, {.evaluate_training = true});
        TrainerCallbacks callbacks;
        int epochs = 0;
        callbacks.epoch = [&](const EpochResult&, bool) {
          if (++epochs == 2) break_parameter(*p, "conv1.weight", value);
        };
        callbacks.stop = [&] { return epochs == 3; };  // as early stopping would
        EXPECT_TRUE(test::refuses<Error>([&] { trainer.run(callbacks); },
                                         {"finite (epoch 3", "first in step 1 of epoch 3: conv1.weight"}));
        EXPECT_EQ(epochs, 2);
      }
}

TEST_P(BrokenRun, WeightsThatAreNaNFromTheStartEndTheRun) {
  for (const char* name : {"conv1.weight", "conv2.weight", "conv2.bias", "dense2.weight"}) {
    const auto p = program(recipe());
    break_parameter(*p, name, std::numeric_limits<float>::quiet_NaN());
    EXPECT_TRUE(test::refuses<Error>([&] { Trainer(*p, data_).run(); }, {"finite (epoch 1", name}));
  }
}

/// The learning rate is so large that the first update of a layer gives Inf from finite gradients.
TEST_P(BrokenRun, AnUpdateThatBreaksTheWeightsIsNamed) {
  Recipe huge = recipe("sgd");
  huge.batch = 18;  // one step per epoch: the loss is that of the initial weights
  huge.learning_rate = std::numeric_limits<float>::max();
  const auto p = program(huge);
  std::vector<float> parameters = p->parameters();
  for (float& value : parameters) value *= 30;  // gradients above 1
  p->set_parameters(parameters);
  EXPECT_TRUE(test::refuses<Error>(
      [&] { Trainer(*p, data_).run(); },
      {"of the weights are", "though the loss is finite (epoch 1)", "first in step 1 of epoch 1: the updated "}));
}

/// The weights are finite, but so large that sums overflow to Inf - Inf in the layers above. If a ReLU maps NaN to 0,
/// the network is dead, and neither loss nor gradients show why.
TEST_P(BrokenRun, WeightsThatAreTooLargeEndTheRun) {
  const auto p = program(recipe());
  break_parameter(*p, "conv1.weight", 1e30f);
  EXPECT_TRUE(test::refuses<Error>([&] { Trainer(*p, data_).run(); }, {"finite (epoch 1", "conv1.weight"}));
}

/// Each weight is below the limit, but the outputs after two layers are not; the diagnostic step detects this.
TEST_P(BrokenRun, OutputsThatAreTooLargeEndTheRun) {
  const auto p = program(recipe());
  std::vector<float> parameters = p->parameters();
  for (float& value : parameters) value *= 5e8f;
  p->set_parameters(parameters);
  TrainerCallbacks callbacks;
  callbacks.diagnosis = [](int, const Diagnosis&) {};
  EXPECT_TRUE(test::refuses<Error>([&] { Trainer(*p, data_).run(callbacks); },
                                   {"values of the epoch's first step", "though the loss is finite (epoch 1)",
                                    "first in step 1 of epoch 1: the output of "}));
}

TEST_P(BrokenRun, AHealthyRunHasNone) {
  const auto p = program(recipe());
  EXPECT_EQ(p->broken(), 0u);
  EXPECT_EQ(Trainer(*p, data_).run().history.size(), 4u);
  EXPECT_EQ(p->broken(), 0u);
}

std::vector<test::Engine> all_engines() {
  std::vector<test::Engine> all(std::begin(test::engines), std::end(test::engines));
  all.insert(all.end(), std::begin(test::other_precisions), std::end(test::other_precisions));
  return all;
}
INSTANTIATE_TEST_SUITE_P(All, BrokenRun, testing::ValuesIn(all_engines()), test::name_of);

/// The check reads less than two thousandths of the bytes that an epoch of the lab's networks moves, and adds no op
/// call to a step.
TEST(BrokenRunCost, IsLessThanTwoThousandthsOfAnEpochsBytes) {
  const auto device = describe_gpu(true);
  for (const auto& [model, base] : {std::pair("lenet", 32), {"alexnet", 8}, {"mlp", 64}}) {
    ModelOptions options;
    options.base = base;
    const Net net = find_model(model).build(options);
    Recipe recipe;
    recipe.batch = 8;
    const Program program(net, recipe, *device, {.rule = "own"});
    double step_bytes = 0;
    for (const OpCall& step : program.training_calls()) {
      step_bytes += step.cost.bytes;
      EXPECT_EQ(step.name.find("finite"), std::string::npos);
    }
    constexpr double steps = 1000 / 8;
    EXPECT_LT(cost(CountBroken{}, Values{net.parameter_count()}).bytes, 2e-3 * steps * step_bytes) << model;
  }
}

}  // namespace
}  // namespace gs
