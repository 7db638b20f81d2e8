// trace_test.cpp - training follows PyTorch: the same losses for 20 steps from the same weights, for every optimizer
// and loss. tests/traces has the traces and the script that wrote them.
#include <gtest/gtest.h>

#include "engine/device/instruction_counter.h"
#include "engine/program/program.h"
#include "tests/support/compare.h"
#include "tests/support/engines.h"
#include "tests/support/run_steps.h"
#include "tests/support/traces.h"

namespace gs {
namespace {

class Trace : public testing::TestWithParam<test::Engine> {
 protected:
  void follow(const std::string& model) {
    const std::unique_ptr<Device> device = test::open(GetParam());
    if (!device) GTEST_SKIP() << "no GPU";
    const test::Traces traces(model);
    ASSERT_GE(traces.cases().size(), 16u);
    for (const std::string& name : traces.cases()) {
      SCOPED_TRACE(model + ", " + name);
      if (GetParam().precision != Precision::fp32 && !name.starts_with("adam")) continue;
      Recipe recipe = traces.recipe(name);
      recipe.precision = GetParam().precision;
      Program program(traces.net(name), recipe, *device, {.rule = GetParam().rule});
      program.initialize();
      program.set_parameters(traces.weights(name, program.net()));
      test::BoundTraining training(program, traces.data(name));
      // With interpreted PTX only the first epoch of ten steps: twenty steps take minutes there.
      const int epochs = instruction_counter() ? 1 : traces.epochs();
      std::vector<float> losses;
      for (int epoch = 0; epoch < epochs; ++epoch)
        for (const float loss : training.run_epoch(std::uint32_t(epoch), traces.order(epoch))) losses.push_back(loss);

      std::vector<double> want = traces.losses(name);
      ASSERT_EQ(want.size(), 20u);
      if (epochs < traces.epochs()) want.resize(losses.size());
      ASSERT_GE(losses.size(), 10u);
      EXPECT_TRUE(test::agree(losses, want, test::trace_bounds(want, recipe.precision)));
      if (recipe.precision != Precision::fp32 || epochs < traces.epochs()) continue;
      const std::vector<float> parameters = program.parameters();
      for (const auto& [parameter, offset, values] : traces.statistics(name, program.net())) {
        SCOPED_TRACE(parameter);
        const auto first = parameters.begin() + std::ptrdiff_t(offset);
        EXPECT_TRUE(test::agree(std::vector<float>(first, first + std::ptrdiff_t(values.size())), values, 1e-3));
      }
    }
  }
};

TEST_P(Trace, LeNetWithEveryOptimizerAndLoss) {
  follow("lenet");
}
TEST_P(Trace, AlexNet) {
  follow("alexnet");
}
TEST_P(Trace, Mlp) {
  follow("mlp");
}
TEST_P(Trace, LeNet5) {
  follow("lenet5");
}
TEST_P(Trace, AlexNet2012WithGroupsAndNormalisation) {
  follow("alexnet2012");
}

TEST_P(Trace, ResNetWithBatchNormAndShortcuts) {
  follow("resnet");
}
TEST_P(Trace, Vgg) {
  follow("vgg");
}

INSTANTIATE_TEST_SUITE_P(All, Trace, testing::ValuesIn(test::engines), test::name_of);

class TraceOfFp32 : public Trace {};
TEST_P(TraceOfFp32, IsFollowedLoosely) {
  follow("lenet");
}
INSTANTIATE_TEST_SUITE_P(OtherPrecisions, TraceOfFp32, testing::ValuesIn(test::other_precisions), test::name_of);

}  // namespace
}  // namespace gs
