// fusion_test.cpp - steps that are one kernel where two would do: the same bits, and short chains of dependent kernels.
#include <gtest/gtest.h>

#include "engine/device/backends.h"
#include "engine/ops/op.h"
#include "engine/program/program.h"
#include "kernels/conv2d_pool/conv2d_pool.h"
#include "models/models.h"
#include "tests/support/engines.h"
#include "tests/support/run_steps.h"
#include "tests/support/tiny_data.h"

namespace gs {
namespace {

/// Kernels of one training step on the longest chain, by the launches that the step would make.
int chain_on_a_gpu(const Net& net, int batch, bool tf32) {
  Recipe recipe;
  recipe.batch = batch;
  const auto gpu = describe_gpu(tf32);
  const Program program(net, recipe, *gpu, {.rule = "own"});
  return longest_chain(program.training_steps(), program.kernels_of_steps());
}

TEST(Chain, OfDependentKernelsIsShort) {
  for (const bool tf32 : {false, true})
    for (const int batch : {2, 4, 8, 64}) {
      EXPECT_LE(chain_on_a_gpu(lenet({.base = 32}), batch, tf32), 15) << "lenet:32:" << batch;
      EXPECT_LE(chain_on_a_gpu(lenet({.base = 8}), batch, tf32), 15) << "lenet:8:" << batch;
      EXPECT_LE(chain_on_a_gpu(alexnet({.base = 32}), batch, tf32), 25) << "alexnet:32:" << batch;
      EXPECT_LE(chain_on_a_gpu(alexnet({.base = 8}), batch, tf32), 25) << "alexnet:8:" << batch;
      EXPECT_LE(chain_on_a_gpu(alexnet({.base = 8, .dropout = 0.4f}), batch, tf32), 25) << "with dropout";
      EXPECT_LE(chain_on_a_gpu(lenet({.base = 32, .dropout = 0.4f}), batch, tf32), 15) << "with dropout";
    }
}

/// A long sum is cut into slices, which a second kernel adds; all else of a dense layer is one kernel.
TEST(Chain, DenseLayersAreOneKernelAPass) {
  for (const bool tf32 : {false, true})
    for (const int batch : {2, 8, 64}) {
      Recipe recipe;
      recipe.batch = batch;
      const auto gpu = describe_gpu(tf32);
      const Program program(alexnet({.base = 8}), recipe, *gpu, {.rule = "own"});
      const std::vector<int> kernels = program.kernels_of_steps();
      int dense_steps = 0;
      for (std::size_t i = 0; i < kernels.size(); ++i) {
        const std::string& name = program.training_steps()[i].name;
        if (!name.starts_with("dense")) continue;
        ++dense_steps;
        EXPECT_LE(kernels[i], name == "dense1 forward" ? 2 : 1) << name << ", batch " << batch << ", tf32 " << tf32;
      }
      EXPECT_EQ(dense_steps, 9);
    }
}

TEST(DescribedGpu, RunsNothing) {
  const auto gpu = describe_gpu(false);
  Program program(lenet({.input = {8, 8, 1}, .base = 2}), Recipe(), *gpu);
  EXPECT_EQ(program.kernels_of_steps().size(), program.training_steps().size());
  EXPECT_THROW(program.parameters(), Error);
  EXPECT_THROW(gpu->capture([] {}), Error);
}

TEST(Fusion, IsTheDefaultWithoutALibraryAndCanBeTakenApart) {
  const auto sim = open_device({.name = "sim", .threads = 2});
  const Net net = lenet({.input = {9, 8, 1}, .base = 3});
  const Program fused(net, Recipe(), *sim), apart(net, Recipe(), *sim, {.fixed = {{"pool1", "element"}}});
  EXPECT_EQ(fused.implementations().count("conv1 pool1 forward"), 1u);
  EXPECT_EQ(fused.implementations().count("conv1 forward"), 0u);
  EXPECT_EQ(apart.implementations().count("conv1 forward"), 1u);
  EXPECT_EQ(apart.implementations().count("conv2 pool2 forward"), 1u);
}

/// The steps of a convolution and its pool as a tuner has them done; `taken_in`: as one.
std::vector<Step> steps_of_pooled_convolution(Device& device, Tuner& tuner, Storage storage, bool* taken_in) {
  const ImplementationChoice choice{.rule = "auto"};
  Builder builder(device, choice, &tuner);
  const Net net = lenet({.input = {9, 8, 1}, .base = 3});
  std::map<std::string, ParameterTensors> parameters;
  for (const char* name : {"conv1.weight", "conv1.bias"})
    parameters[name] = {builder.tensor(name, 1024), builder.tensor(std::string(name) + " gradient", 1024),
                        builder.numbers(std::string(name) + " as layers read it", 256, storage)};
  OpContext context{builder, 2, true, no_tensor, no_tensor, parameters, storage};
  const auto conv = make_conv2d(context, net.layers[0], std::get<Conv2dLayer>(net.layers[0].kind),
                                context.activation("x", net.input));
  const auto pool = make_max_pool(context, net.layers[1], std::get<MaxPoolLayer>(net.layers[1].kind), conv->output);
  *taken_in = conv->taken_in = pool->take_in(*conv->forward_pass());
  conv->forward();
  pool->forward();
  return builder.take_steps();
}

TunedStep measured(const Tuner& tuner, const std::string& step) {
  const auto at =
      std::find_if(tuner.steps().begin(), tuner.steps().end(), [&](const TunedStep& t) { return t.step == step; });
  return at == tuner.steps().end() ? TunedStep() : *at;
}

/// The simulator's time says nothing of a GPU's; what is tested is that both ways run and agree, and one is taken.
void expect_measured(Storage storage) {
  const auto sim = open_device({.name = "sim", .threads = 2});
  TuningCache cache(std::nullopt, "test");
  Tuner tuner(*sim, cache);
  bool taken_in = false;
  const std::vector<Step> steps = steps_of_pooled_convolution(*sim, tuner, storage, &taken_in);
  EXPECT_EQ(steps.size(), taken_in ? 1u : 2u);
  const TuningResult found = measured(tuner, "conv1 pool1 forward").result;
  EXPECT_EQ(taken_in, found.chosen != "apart");
  const auto fused = with_type_of(storage, [&]<class T>(T) {
    const auto variants = sim->variants<Conv2dPoolForward<T>>();
    return std::count_if(variants.begin(), variants.end(),
                         [](const auto& row) { return row.arithmetic != Arithmetic::tf32; });
  });
  ASSERT_EQ(found.times.size(), std::size_t(1 + fused));
  for (const CandidateTime& t : found.times) EXPECT_EQ(t.refused, "") << t.name;
}

TEST(Fusion, CanBeMeasured) {
  expect_measured(Storage::fp32);
  expect_measured(Storage::bf16);
}

TEST(Fusion, IsByTheVariantThatMeasuredFastest) {
  const auto sim = open_device({.name = "sim", .threads = 2, .tf32 = true});
  TuningCache cache(std::nullopt, "test");
  bool taken_in = false;
  Tuner first(*sim, cache);
  steps_of_pooled_convolution(*sim, first, Storage::fp32, &taken_in);
  auto [step, problem, result, was_known] = measured(first, "conv1 pool1 forward");
  for (const char* variant : {"tiled", "tensor", "apart"}) {
    result.chosen = variant;
    cache.put(problem, result);
    Tuner tuner(*sim, cache);
    const std::vector<Step> steps = steps_of_pooled_convolution(*sim, tuner, Storage::fp32, &taken_in);
    ASSERT_EQ(taken_in, variant != std::string("apart"));
    if (taken_in) {
      EXPECT_EQ(steps.at(0).implementation, variant);
    }
  }
}

TEST(Fusion, OnTensorCoresIsTheDefaultWhereTheyMayRound) {
  const Net net = lenet({.input = {9, 8, 1}, .base = 3, .dropout = 0.4f});
  for (const Precision precision : {Precision::fp32, Precision::tf32, Precision::bf16}) {
    const auto gpu = describe_gpu(precision == Precision::tf32);
    Recipe recipe;
    recipe.precision = precision;
    const Program program(net, recipe, *gpu, {.rule = "own"});
    for (const char* step : {"conv1 pool1 forward", "dense1 dropout1 forward"})
      EXPECT_EQ(program.implementations().at(step), precision == Precision::fp32 ? "tiled" : "tensor") << step;
  }
}

/// The parameters after an epoch of three steps.
std::vector<float> trained(const Net& net, Device& device, const ImplementationChoice& choice) {
  const Dataset data = test::noise_images(7, 9, 60, 3);
  Recipe recipe;
  recipe.batch = 3;
  recipe.learning_rate = 1e-2f;
  Program program(net, recipe, device, choice);
  program.initialize();
  test::BoundTraining training(program, data);
  training.run_epoch(0, {3, 1, 4, 0, 5, 2, 6});
  return program.parameters();
}

/// The first `count` dropouts as steps of their own, each way.
ImplementationChoice dropouts_apart(int count, const std::string& rule = "default") {
  ImplementationChoice choice{.rule = rule};
  for (int i = 1; i <= count; ++i)
    choice.fixed["dropout" + std::to_string(i)] = choice.fixed["dropout" + std::to_string(i) + ".backward"] = "philox";
  return choice;
}

TEST(Fusion, LeavesTheBitsOfATrainingStep) {
  const Net net = alexnet({.input = {9, 9, 1}, .base = 2, .dropout = 0.4f});
  ImplementationChoice apart = dropouts_apart(2);
  for (const char* layer : {"pool1", "pool2", "pool3"}) apart.fixed[layer] = "element";
  for (const bool tf32 : {false, true}) {
    const auto sim = open_device({.name = "sim", .threads = 2, .tf32 = tf32});
    EXPECT_EQ(trained(net, *sim, {}), trained(net, *sim, apart)) << "tf32 " << tf32;
  }
}

TEST(Fusion, DropoutNeedsNoBackwardStep) {
  for (const test::Engine& engine : test::engines) {
    const auto device = test::open(engine);
    if (!device) GTEST_SKIP() << "no GPU";
    SCOPED_TRACE(testing::Message() << engine);
    const Net net = mlp({.input = {9, 9, 1}, .base = 70, .dropout = 0.4f});
    const ImplementationChoice fused{.rule = engine.rule}, apart = dropouts_apart(3, engine.rule);
    const Program program(net, Recipe(), *device, fused), separate(net, Recipe(), *device, apart);
    EXPECT_EQ(program.implementations().count("dropout1 backward"), 0u);
    EXPECT_EQ(separate.implementations().count("dropout1 backward"), 1u);
    const std::vector<float> want = trained(net, *device, apart);
    EXPECT_EQ(trained(net, *device, fused), want);
    ImplementationChoice forward_only = apart;  // one step forward where there is one, and one of its own backward
    for (const char* layer : {"dropout1", "dropout2", "dropout3"}) forward_only.fixed.erase(layer);
    EXPECT_EQ(trained(net, *device, forward_only), want);
  }
}

TEST(Fusion, DropoutBelowAnythingButADenseLayerKeepsItsBackwardStep) {
  const auto sim = open_device({.name = "sim", .threads = 2});
  const Net net = NetBuilder("odd", {9, 9, 1})
                      .conv2d(3, 3)
                      .relu()
                      .dropout(0.4f)
                      .conv2d(2, 3)
                      .relu()
                      .dropout(0.4f)
                      .max_pool(2)
                      .flatten()
                      .dense(5)
                      .dropout(0.4f)
                      .dense(1)
                      .build();
  const Program program(net, Recipe(), *sim);
  for (const char* layer : {"dropout1", "dropout2", "dropout3"})
    EXPECT_EQ(program.implementations().count(std::string(layer) + " backward"), 1u) << layer;
  const Net flattened = NetBuilder("flattened", {9, 9, 1}).conv2d(3, 3).relu().dropout(0.4f).flatten().dense(1).build();
  EXPECT_EQ(Program(flattened, Recipe(), *sim).implementations().count("dropout1 backward"), 0u);
  EXPECT_EQ(trained(flattened, *sim, {}), trained(flattened, *sim, dropouts_apart(1)));
}

TEST(Fusion, OfADenseLayerAndItsDropoutIsForTrainingOnly) {
  const auto sim = open_device({.name = "sim", .threads = 2});
  const Net net = lenet({.input = {9, 8, 1}, .base = 3, .dropout = 0.4f});
  const Program program(net, Recipe(), *sim);
  const auto has = [](const std::vector<Step>& steps, const std::string& name) {
    return std::any_of(steps.begin(), steps.end(), [&](const Step& s) { return s.name == name; });
  };
  EXPECT_TRUE(has(program.training_steps(), "dense1 dropout1 forward"));
  EXPECT_FALSE(has(program.training_steps(), "dense1 forward"));
  EXPECT_TRUE(has(program.evaluation_steps(), "dense1 forward"));
  EXPECT_TRUE(has(program.diagnostic_steps(), "dense1 forward")) << "what is alive is seen before the dropout";
  const Program apart(net, Recipe(), *sim, {.fixed = {{"dense1", "tiled"}}});
  EXPECT_TRUE(has(apart.training_steps(), "dense1 forward"));
  // What a run writes down can be replayed, evaluation included.
  const Program again(net, Recipe(), *sim, {.fixed = program.implementations()});
  EXPECT_EQ(again.implementations(), program.implementations());
}

/// The same of a dense layer and its dropout.
std::vector<Step> steps_of_dense_with_dropout(Device& device, Tuner& tuner, bool* taken_in) {
  const ImplementationChoice choice{.rule = "auto"};
  Builder builder(device, choice, &tuner);
  const Net net = NetBuilder("one", {1, 1, 40}).dense(9).relu().dropout(0.4f).build();
  std::map<std::string, ParameterTensors> parameters;
  for (const char* name : {"dense1.weight", "dense1.bias"}) {
    const TensorId tensor = builder.tensor(name, 4096);
    parameters[name] = {tensor, no_tensor, tensor};
  }
  const TensorId state = builder.tensor("state", sizeof(StepState));
  OpContext context{builder, 2, true, state, state, parameters};
  const auto dense =
      make_dense(context, net.layers[0], std::get<DenseLayer>(net.layers[0].kind), context.activation("x", net.input));
  const auto dropout = make_dropout(context, net.layers[1], std::get<DropoutLayer>(net.layers[1].kind), dense->output);
  *taken_in = dense->taken_in = dropout->take_in(*dense->forward_pass());
  dense->forward();
  dropout->forward();
  return builder.take_steps();
}

/// As CanBeMeasured above: that both ways run and agree, whatever the simulator's clock says.
TEST(Fusion, OfADenseLayerAndItsDropoutCanBeMeasured) {
  const auto sim = open_device({.name = "sim", .threads = 2});
  TuningCache cache(std::nullopt, "test");
  Tuner tuner(*sim, cache);
  bool taken_in = false;
  EXPECT_EQ(steps_of_dense_with_dropout(*sim, tuner, &taken_in).size(), taken_in ? 1u : 2u);
  const TuningResult found = measured(tuner, "dense1 dropout1 forward").result;
  ASSERT_EQ(found.times.size(), 2u);
  for (const CandidateTime& t : found.times) EXPECT_EQ(t.refused, "") << t.name;
}

TEST(Fusion, OfADenseLayerAndItsDropoutIsByTheVariantThatMeasuredFastest) {
  const auto sim = open_device({.name = "sim", .threads = 2, .tf32 = true});
  TuningCache cache(std::nullopt, "test");
  bool taken_in = false;
  Tuner first(*sim, cache);
  steps_of_dense_with_dropout(*sim, first, &taken_in);
  auto [step, problem, result, was_known] = measured(first, "dense1 dropout1 forward");
  for (const char* variant : {"tiled", "tensor", "apart"}) {
    result.chosen = variant;
    cache.put(problem, result);
    Tuner tuner(*sim, cache);
    const std::vector<Step> steps = steps_of_dense_with_dropout(*sim, tuner, &taken_in);
    ASSERT_EQ(taken_in, variant != std::string("apart"));
    if (taken_in) {
      EXPECT_EQ(steps.at(0).implementation, variant);
    }
  }
}

}  // namespace
}  // namespace gs
