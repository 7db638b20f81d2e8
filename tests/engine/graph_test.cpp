// graph_test.cpp - networks with branches: values with several readers, sums, concatenated channels, and state that is
// not trained.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "engine/net/net_builder.h"
#include "engine/train/checkpoint.h"
#include "engine/train/trainer.h"
#include "kernels/optimizer/optimizers.h"
#include "models/models.h"
#include "tests/support/compare.h"
#include "tests/support/engines.h"
#include "tests/support/run_steps.h"
#include "tests/support/tiny_data.h"
#include "tests/support/topological_order.h"

namespace gs {
namespace {

constexpr int graph_side = 9;

class Graph : public testing::TestWithParam<test::Engine> {
 protected:
  void SetUp() override {
    device_ = test::open(GetParam());
    if (!device_) GTEST_SKIP() << "no GPU";
  }
  Recipe recipe() const {
    Recipe r;
    r.batch = 4;
    r.epochs = 2;
    r.learning_rate = 1e-3f;
    r.optimizer = usual_optimizer("rmsprop");  // with Adam, a dense layer's gradient may not be written
    r.precision = GetParam().precision;
    return r;
  }
  std::unique_ptr<Program> program(const Net& net) const {
    auto made = std::make_unique<Program>(net, recipe(), *device_, ImplementationChoice{.rule = GetParam().rule});
    made->initialize();
    return made;
  }

  std::unique_ptr<Device> device_;
};

/// Values of the parameter `name`; `all` holds those of all the net's parameters.
std::vector<float> of(const Net& net, const std::vector<float>& all, const std::string& name) {
  std::size_t offset = 0;
  for (const Layer& layer : net.layers)
    for (const Parameter& p : layer.parameters) {
      const auto first = all.begin() + std::ptrdiff_t(offset);
      if (p.name == name) return {first, first + std::ptrdiff_t(p.size())};
      offset += std::size_t(p.size());
    }
  throw Error("no parameter " + name);
}

void set(const Net& net, std::vector<float>& all, const std::string& name, const std::vector<float>& values) {
  std::size_t offset = 0;
  for (const Layer& layer : net.layers)
    for (const Parameter& p : layer.parameters) {
      if (p.name == name) std::copy(values.begin(), values.end(), all.begin() + std::ptrdiff_t(offset));
      offset += std::size_t(p.size());
    }
}

/// Gradients of the first step, starting from these parameters.
std::vector<float> gradients(Program& program, const std::vector<float>& parameters, const Dataset& data) {
  program.set_parameters(parameters);
  test::BoundTraining training(program, data);
  training.begin(0, {0, 1, 2, 3});
  program.train_step();
  return program.gradients();
}

/// The sum of three convolutions of one value equals one convolution with the sum of their weights.
TEST_P(Graph, AValueThatIsReadThreeTimesGetsTheSumOfTheGradients) {
  const Net branches = NetBuilder("branches", {graph_side, graph_side, 1})
                           .conv2d(3, 3)
                           .relu()
                           .name("value")
                           .conv2d(2, 3)
                           .name("first")
                           .from("value")
                           .conv2d(2, 3)
                           .add("first")
                           .name("two")
                           .from("value")
                           .conv2d(2, 3)
                           .add("two")
                           .relu()
                           .flatten()
                           .dense(1)
                           .build();
  const Net whole = NetBuilder("whole", {graph_side, graph_side, 1})
                        .conv2d(3, 3)
                        .relu()
                        .conv2d(2, 3)
                        .relu()
                        .flatten()
                        .dense(1)
                        .build();
  const auto first = program(branches), second = program(whole);
  const std::vector<float> parameters = first->parameters();
  std::vector<float> summed = second->parameters();
  for (const char* part : {".weight", ".bias"}) {
    set(whole, summed, std::string("conv1") + part, of(branches, parameters, std::string("conv1") + part));
    set(whole, summed, std::string("dense1") + part, of(branches, parameters, std::string("dense1") + part));
    std::vector<float> sum = of(branches, parameters, std::string("conv2") + part);
    for (const char* other : {"conv3", "conv4"}) {
      const std::vector<float> more = of(branches, parameters, other + std::string(part));
      for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += more[i];
    }
    set(whole, summed, std::string("conv2") + part, sum);
  }
  const Dataset data = test::noise_images(4, graph_side, 60, 5);
  const auto got = gradients(*first, parameters, data), want = gradients(*second, summed, data);
  for (const char* parameter : {"conv1.weight", "conv1.bias", "dense1.weight", "dense1.bias"})
    EXPECT_TRUE(test::nearly_equal(of(branches, got, parameter), of(whole, want, parameter))) << parameter;
  for (const char* branch : {"conv2", "conv3", "conv4"})
    EXPECT_TRUE(test::nearly_equal(of(branches, got, std::string(branch) + ".weight"), of(whole, want, "conv2.weight")))
        << branch;
}

/// Concatenating two convolutions of the input equals one convolution with the filters of both.
TEST_P(Graph, ConcatIsOneConvolutionWithAllFilters) {
  const Net branches = NetBuilder("branches", {graph_side, graph_side, 1})
                           .conv2d(3, 3)
                           .relu()
                           .name("first")
                           .from("input")
                           .conv2d(2, 3)
                           .relu()
                           .concat("first")
                           .flatten()
                           .dense(1)
                           .build();
  const Net whole = NetBuilder("whole", {graph_side, graph_side, 1}).conv2d(5, 3).relu().flatten().dense(1).build();
  const auto first = program(branches), second = program(whole);
  const std::vector<float> parameters = first->parameters();
  std::vector<float> joined = second->parameters();
  const auto both = [&](const std::vector<float>& all, const std::string& part) {
    std::vector<float> values = of(branches, all, "conv2" + part);
    const std::vector<float> more = of(branches, all, "conv1" + part);
    values.insert(values.end(), more.begin(), more.end());
    return values;
  };
  for (const char* part : {".weight", ".bias"}) {
    set(whole, joined, std::string("conv1") + part, both(parameters, part));
    set(whole, joined, std::string("dense1") + part, of(branches, parameters, std::string("dense1") + part));
  }
  const Dataset data = test::noise_images(4, graph_side, 60, 5);
  const auto got = gradients(*first, parameters, data), want = gradients(*second, joined, data);
  EXPECT_TRUE(test::nearly_equal(of(branches, got, "dense1.weight"), of(whole, want, "dense1.weight")));
  for (const char* part : {".weight", ".bias"})
    EXPECT_TRUE(test::nearly_equal(both(got, part), of(whole, want, std::string("conv1") + part))) << part;
}

Net small_resnet() {
  return resnet({.input = {graph_side, graph_side, 1}, .base = 2, .dropout = 0.2f, .depth = 8});
}

TEST_P(Graph, AnyOrderOfAResNetsCallsGivesTheSameBits) {
  const Dataset data = test::noise_images(10, graph_side, 60, 5);
  const std::vector<std::uint32_t> visits = {3, 1, 4, 0, 5, 9, 2, 6, 8, 7};
  const auto listed = program(small_resnet());
  test::BoundTraining(*listed, data).run_epoch(0, visits);
  test::Random random(3);
  for (int attempt = 0; attempt < 3; ++attempt) {
    const auto shuffled = program(small_resnet());
    test::BoundTraining training(*shuffled, data);
    training.begin(0, visits);
    for (int i = 0; i < training.steps(); ++i)
      shuffled->run_training_in_order(test::random_topological_order(dependencies(shuffled->training_calls()), random));
    EXPECT_EQ(shuffled->parameters(), listed->parameters());
  }
}

TEST_P(Graph, RunningStatisticsAreSavedAndTrainingGoesOnWithThem) {
  const std::filesystem::path file =
      std::filesystem::path(testing::TempDir()) / ("resnet-" + testing::PrintToString(GetParam()) + ".safetensors");
  const DataSplits data = test::tiny_splits(10, 5, graph_side);
  const auto whole = program(small_resnet());
  const std::vector<EpochResult> history = Trainer(*whole, data).run().history;

  Recipe half = recipe();
  half.epochs = 1;
  Program first(small_resnet(), half, *device_, {.rule = GetParam().rule});
  first.initialize();
  Trainer(first, data).run();
  save_checkpoint(file, first.net(), take_checkpoint(first, 1));

  const auto second = program(small_resnet());
  restore(*second, load_checkpoint(file, second->net()));
  const std::vector<EpochResult> rest = Trainer(*second, data).run({}, 2).history;
  ASSERT_EQ(rest.size(), 1u);
  EXPECT_EQ(rest[0].loss, history[1].loss);
  EXPECT_EQ(rest[0].val_loss, history[1].val_loss);
  EXPECT_EQ(second->parameters(), whole->parameters());
  std::filesystem::remove(file);

  const Net net = small_resnet();
  for (const char* statistic : {"bn1.running_mean", "bn7.running_variance"})
    EXPECT_NE(of(net, whole->parameters(), statistic), of(net, first.parameters(), statistic)) << statistic;
}

TEST_P(Graph, ADiagnosticStepOfAResNetHasTheBitsOfANormalOne) {
  const Dataset data = test::noise_images(4, graph_side, 60, 5);
  const auto normal = program(small_resnet()), diagnosed = program(small_resnet());
  test::BoundTraining first(*normal, data), second(*diagnosed, data);
  first.begin(0, {0, 1, 2, 3});
  second.begin(0, {0, 1, 2, 3});
  normal->train_step();
  diagnosed->diagnostic_step();
  EXPECT_EQ(diagnosed->parameters(), normal->parameters());
  const Diagnosis diagnosis = diagnosed->diagnosis();
  EXPECT_EQ(diagnosis.layers.size(), 7u + 7u + 1u) << "convolutions, normalisations, and the dense layer";
  EXPECT_EQ(diagnosis.first_broken(), "");
  const auto bn1 = std::find_if(diagnosis.layers.begin(), diagnosis.layers.end(),
                                [](const LayerDiagnosis& l) { return l.layer == "bn1"; });
  ASSERT_NE(bn1, diagnosis.layers.end());
  EXPECT_TRUE(bn1->relu);
}

/// Training and inference of a batch norm are different ops, so a choice for the one must not refuse the other.
TEST_P(Graph, TheVariantOfABatchNormCanBeChosen) {
  const Program p(small_resnet(), recipe(), *device_,
                  {.rule = GetParam().rule, .fixed = {{"bn1 forward", "channel"}, {"bn2 inference", "element"}}});
  EXPECT_EQ(p.implementations().at("bn1 forward"), "channel");
  EXPECT_NE(p.implementations().at("bn2 forward"), "channel");
}

INSTANTIATE_TEST_SUITE_P(All, Graph, testing::ValuesIn(test::engines), test::name_of);

}  // namespace
}  // namespace gs
