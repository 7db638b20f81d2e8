// freeze_test.cpp - frozen layers keep their bits; the others train as if nothing were frozen.
#include "engine/net/freeze.h"

#include <gtest/gtest.h>

#include <numeric>

#include "engine/net/net_builder.h"
#include "engine/train/trainer.h"
#include "kernels/optimizer/optimizers.h"
#include "models/models.h"
#include "tests/support/compare.h"
#include "tests/support/engines.h"
#include "tests/support/errors.h"
#include "tests/support/run_steps.h"
#include "tests/support/tiny_data.h"

namespace gs {
namespace {

constexpr int side = 8;
using Names = std::vector<std::string>;

/// The values of each parameter, by name.
std::map<std::string, std::vector<float>> by_name(const Net& net, const std::vector<float>& packed) {
  std::map<std::string, std::vector<float>> values;
  auto at = packed.begin();
  for (const Layer& layer : net.layers)
    for (const Parameter& p : layer.parameters) {
      values[p.name] = {at, at + p.size()};
      at += p.size();
    }
  return values;
}

std::vector<float> packed(const Net& net, const std::map<std::string, std::vector<float>>& values) {
  std::vector<float> all;
  for (const Layer& layer : net.layers)
    for (const Parameter& p : layer.parameters)
      all.insert(all.end(), values.at(p.name).begin(), values.at(p.name).end());
  return all;
}

class Freeze : public testing::TestWithParam<test::Engine> {
 protected:
  void SetUp() override {
    device_ = test::open(GetParam());
    if (!device_) GTEST_SKIP() << "no GPU";
  }
  std::unique_ptr<Program> program(const Net& net, const std::string& optimizer) const {
    Recipe r;
    r.batch = 4;
    r.epochs = 1;
    r.learning_rate = 1e-2f;
    r.optimizer = usual_optimizer(optimizer);
    r.precision = GetParam().precision;
    auto made = std::make_unique<Program>(net, r, *device_, ImplementationChoice{.rule = GetParam().rule});
    made->initialize();
    return made;
  }
  /// The gradients of the first step.
  std::map<std::string, std::vector<float>> gradients(const Net& net,
                                                      const std::map<std::string, std::vector<float>>& start) {
    const auto p = program(net, "rmsprop");  // with Adam, a dense layer's gradient may not be written
    p->set_parameters(packed(net, start));
    test::BoundTraining training(*p, test::noise_images(4, side, 60, 5));
    training.begin(0, {0, 1, 2, 3});
    p->train_step();
    return by_name(net, p->gradients());
  }

  std::unique_ptr<Device> device_;
};

Net frozen_resnet() {
  return resnet({.input = {side, side, 1}, .base = 2, .depth = 8});
}
Net frozen_lenet() {
  return lenet({.input = {side, side, 1}, .base = 3, .dropout = 0.3f});
}

TEST_P(Freeze, KeepsTheBitsOfFrozenLayersAndNoOthers) {
  const std::vector<std::pair<Net, Names>> cases = {{frozen_lenet(), {"conv*"}},
                                                    {frozen_lenet(), {"conv2", "dense1"}},
                                                    {frozen_lenet(), {"dense2"}},
                                                    {frozen_resnet(), {"conv1", "bn1", "conv3", "bn5"}}};
  for (const auto& [whole, patterns] : cases) {
    Net net = whole;
    freeze_layers(net, patterns);
    const Names frozen = frozen_layers(net);
    const auto p = program(net, "adam");
    const auto before = by_name(net, p->parameters());
    TrainerCallbacks callbacks;
    callbacks.diagnosis = [](int, const Diagnosis&) {};  // a diagnostic step, too
    Trainer(*p, test::tiny_splits(8, 2, side)).run(callbacks);
    const auto after = by_name(net, p->parameters());
    for (const auto& [name, values] : before) {
      const std::string layer = name.substr(0, name.find('.'));
      const bool kept = std::find(frozen.begin(), frozen.end(), layer) != frozen.end();
      EXPECT_EQ(after.at(name) == values, kept) << net.name << ' ' << name << ", frozen: " << patterns[0];
    }
  }
}

TEST_P(Freeze, LeavesTheGradientsOfTheOthersAsTheyAre) {
  for (const char* pattern : {"conv1", "conv2", "dense1", "dense2"}) {
    const Net whole = frozen_lenet();
    Net net = whole;
    freeze_layers(net, {pattern});
    const auto start = by_name(whole, program(whole, "sgd")->parameters());
    const auto want = gradients(whole, start), got = gradients(net, start);
    for (const auto& [name, values] : want) {
      if (name.starts_with(pattern)) continue;
      EXPECT_TRUE(test::nearly_equal(got.at(name), values)) << name << ", frozen: " << pattern;
    }
  }
}

/// A frozen normalisation is a factor and a summand a channel: the same network has them in the convolution's weights.
TEST_P(Freeze, ANormalisationIsAMapByItsRunningStatistics) {
  Net net = NetBuilder("normal", {side, side, 1}).conv2d(3, 3).batch_norm().relu().flatten().dense(1).build();
  freeze_layers(net, {"bn1"});
  const Net plain = NetBuilder("plain", {side, side, 1}).conv2d(3, 3).relu().flatten().dense(1).build();
  auto start = by_name(net, program(net, "sgd")->parameters());
  start["bn1.gamma"] = {2, 0.5f, -1};
  start["bn1.beta"] = {0.1f, 0.3f, 0.2f};
  start["bn1.running_mean"] = {0.2f, -0.1f, 0};
  start["bn1.running_variance"] = {0.25f, 4, 1};
  const std::vector<float> factor = {4, 0.25f, -1};  // gamma / sqrt(variance)
  auto scaled = start;
  for (std::size_t k = 0; k < 3; ++k) {
    for (std::size_t i = 0; i < 9; ++i) scaled["conv1.weight"][9 * k + i] *= factor[k];
    scaled["conv1.bias"].push_back(start["bn1.beta"][k] - factor[k] * start["bn1.running_mean"][k]);
  }
  const auto got = gradients(net, start);
  auto want = gradients(plain, scaled);
  for (std::size_t k = 0; k < 3; ++k)
    for (std::size_t i = 0; i < 9; ++i) want["conv1.weight"][9 * k + i] *= factor[k];
  EXPECT_TRUE(test::nearly_equal(got.at("conv1.weight"), want.at("conv1.weight")));
  EXPECT_TRUE(test::nearly_equal(got.at("dense1.weight"), want.at("dense1.weight")));
}

INSTANTIATE_TEST_SUITE_P(All, Freeze, testing::ValuesIn(test::engines), test::name_of);

TEST(FreezeLayers, NamesWhatAPatternCouldFit) {
  Net net = frozen_lenet();
  EXPECT_TRUE(test::refuses(
      [&] {
        freeze_layers(net, {"conv1", "bn*"});
      },
      {"--freeze: 'bn*' fits no layer of lenet", "conv1, conv2, dense1, dense2"}));
  EXPECT_EQ(frozen_layers(net), Names());
  EXPECT_TRUE(test::refuses([&] { freeze_layers(net, {"*"}); }, {"--freeze: nothing of lenet is left to train"}));
}

}  // namespace
}  // namespace gs
