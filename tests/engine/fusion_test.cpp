// fusion_test.cpp - fused op calls: the same bits as separate ones, and short chains of dependent kernels.
#include <gtest/gtest.h>

#include "engine/calls/given_kernels.h"
#include "engine/device/backends.h"
#include "engine/net/net_builder.h"
#include "engine/program/fusion/rules.h"
#include "engine/program/program.h"
#include "kernels/optimizer/optimizers.h"
#include "models/models.h"
#include "tests/support/compare.h"
#include "tests/support/engines.h"
#include "tests/support/run_steps.h"
#include "tests/support/tiny_data.h"

namespace gs {
namespace {

/// Number of kernels on the longest chain of a training step.
int chain_on_a_gpu(const Net& net, int batch, bool tf32) {
  Recipe recipe;
  recipe.batch = batch;
  const auto gpu = describe_gpu(tf32);
  const Program program(net, recipe, *gpu, {.rule = "own"});
  return longest_chain(program.training_calls(), program.kernels_of_calls());
}

TEST(Chain, OfDependentKernelsIsShort) {
  for (const bool tf32 : {false, true})
    for (const int batch : {2, 4, 8, 64}) {
      EXPECT_LE(chain_on_a_gpu(lenet({.base = 32}), batch, tf32), 13) << "lenet:32:" << batch;
      EXPECT_LE(chain_on_a_gpu(lenet({.base = 8}), batch, tf32), 13) << "lenet:8:" << batch;
      EXPECT_LE(chain_on_a_gpu(alexnet({.base = 32}), batch, tf32), 21) << "alexnet:32:" << batch;
      EXPECT_LE(chain_on_a_gpu(alexnet({.base = 8}), batch, tf32), 21) << "alexnet:8:" << batch;
      EXPECT_LE(chain_on_a_gpu(alexnet({.base = 8, .dropout = 0.4f}), batch, tf32), 23) << "with dropout";
      EXPECT_LE(chain_on_a_gpu(lenet({.base = 32, .dropout = 0.4f}), batch, tf32), 13) << "with dropout";
    }
}

/// Each pass of a dense layer is one kernel, except that a long sum is split into slices, which a second kernel adds.
TEST(Chain, DenseLayersAreOneKernelAPass) {
  for (const bool tf32 : {false, true})
    for (const int batch : {2, 8, 64}) {
      Recipe recipe;
      recipe.batch = batch;
      const auto gpu = describe_gpu(tf32);
      const Program program(alexnet({.base = 8}), recipe, *gpu, {.rule = "own"});
      const std::vector<int> kernels = program.kernels_of_calls();
      int dense_steps = 0;
      for (std::size_t i = 0; i < kernels.size(); ++i) {
        const std::string& name = program.training_calls()[i].name;
        if (!name.starts_with("dense")) continue;
        ++dense_steps;
        EXPECT_LE(kernels[i], name == "dense1 forward" ? 2 : 1) << name << ", batch " << batch << ", tf32 " << tf32;
      }
      EXPECT_EQ(dense_steps, 6) << "three of dense1, one of dense2, dense3 and the loss, two weight gradients";
    }
}

TEST(DescribedGpu, RunsNothing) {
  const auto gpu = describe_gpu(false);
  Program program(lenet({.input = {8, 8, 1}, .base = 2}), Recipe(), *gpu);
  EXPECT_EQ(program.kernels_of_calls().size(), program.training_calls().size());
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

TEST(Fusion, OnTensorCoresIsTheDefaultWhereTheyMayRound) {
  const Net net = lenet({.input = {9, 8, 1}, .base = 4, .dropout = 0.4f});
  for (const Precision precision : {Precision::fp32, Precision::tf32, Precision::bf16}) {
    const auto gpu = describe_gpu(precision == Precision::tf32);
    Recipe recipe;
    recipe.precision = precision;
    const Program program(net, recipe, *gpu, {.rule = "own"});
    for (const char* step : {"conv2 pool2 forward", "dense1 dropout1 forward"})
      EXPECT_EQ(program.implementations().at(step), precision == Precision::fp32 ? "tiled" : "tensor") << step;
    for (const char* step : {"conv1 pool1 forward", "conv1 pool1 filter gradient"})
      EXPECT_EQ(program.implementations().at(step), "window") << step << ", one input channel";
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

/// Keeps the first `count` dropouts as separate calls, forward and backward.
ImplementationChoice dropouts_apart(int count, const std::string& rule = "default") {
  ImplementationChoice choice{.rule = rule};
  for (int i = 1; i <= count; ++i)
    choice.fixed["dropout" + std::to_string(i)] = choice.fixed["dropout" + std::to_string(i) + ".backward"] = "philox";
  return choice;
}

/// The filter gradient of the first layer is fused on both sides, since it is another sum (the next test).
TEST(Fusion, LeavesTheBitsOfATrainingStep) {
  const Net net = alexnet({.input = {9, 9, 1}, .base = 2, .dropout = 0.4f});
  ImplementationChoice apart = dropouts_apart(2);
  apart.fixed["conv1"] = "tiled";  // its sums are those of the fused kernel, in every precision
  for (const char* layer : {"pool1", "pool2", "pool3", "relu2", "relu4", "relu6"}) apart.fixed[layer] = "element";
  for (const char* call : {"relu2 backward", "relu3 backward", "relu4 backward", "relu7 backward"})
    apart.fixed[call] = "element";
  for (const bool tf32 : {false, true}) {
    const auto sim = open_device({.name = "sim", .threads = 2, .tf32 = tf32});
    EXPECT_EQ(trained(net, *sim, {}), trained(net, *sim, apart)) << "tf32 " << tf32;
  }
}

Recipe recipe_of(const std::string& optimizer, int batch, Precision precision = Precision::fp32) {
  Recipe recipe;
  recipe.optimizer = usual_optimizer(optimizer);
  recipe.batch = batch;
  recipe.precision = precision;
  recipe.learning_rate = 1e-2f;
  return recipe;
}

/// Results of an epoch of steps on images of side x side, the second of which is diagnostic.
std::vector<std::vector<float>> after_an_epoch(Program& program, int side = 9) {
  const Dataset data = test::noise_images(7, side, 60, 3);
  program.initialize();
  test::BoundTraining training(program, data);
  training.begin(0, {3, 1, 4, 0, 5, 2, 6});
  program.train_step();
  program.diagnostic_step();
  program.train_step();
  std::vector<float> gradients;
  for (const ParameterDiagnosis& p : program.diagnosis().parameters) gradients.push_back(float(p.sums.gradient));
  return {program.parameters(), program.moment(1), program.moment(2), gradients};
}

const ImplementationChoice update_apart{.fixed = {{"update", "adam"}}};

TEST(Fusion, ADenseLayersUpdateTrainsLikeItsCalls) {
  // With a data gradient, which needs the weights before the step, and without one.
  const Net convolved =
      NetBuilder("convolved", {9, 9, 1}).conv2d(4, 3).relu().flatten().dense(8).relu().dense(1).build();
  for (const Net& net : {convolved, mlp({.input = {9, 9, 1}, .base = 12})})
    for (const Precision precision : {Precision::fp32, Precision::tf32, Precision::bf16}) {
      SCOPED_TRACE(net.name + ", " + std::string(to_string(precision)));
      const auto sim = open_device({.name = "sim", .threads = 2, .tf32 = precision == Precision::tf32});
      const Recipe recipe = recipe_of("adam", 3, precision);
      Program fused(net, recipe, *sim), apart(net, recipe, *sim, update_apart);
      EXPECT_EQ(fused.implementations().count("dense1 weight update"), 1u);
      EXPECT_EQ(fused.implementations().count("dense1 weight gradient"), 0u);
      EXPECT_EQ(fused.implementations().count("update"), 1u) << "of the other layers";
      EXPECT_EQ(apart.implementations().count("dense1 weight update"), 0u) << "a call of it is fixed";
      EXPECT_EQ(after_an_epoch(fused), after_an_epoch(apart));
      EXPECT_NE(fused.explain().find("dense1 weight update"), std::string::npos);
      for (const Program* program : {&fused, &apart})  // tables keep their calls
        EXPECT_EQ(Program(net, recipe, *sim, {.fixed = program->implementations()}).implementations(),
                  program->implementations());
    }
}

TEST(Fusion, ALargeDenseLayersUpdateOnACpuTrainsLikeItsCalls) {
  const auto cpu = open_device({.name = "cpu", .threads = 2});
  const Net net = mlp({.input = {64, 64, 1}, .base = 256});  // dense1 has 2^20 weights
  for (const Precision precision : {Precision::fp32, Precision::bf16}) {
    SCOPED_TRACE(to_string(precision));
    const Recipe recipe = recipe_of("adam", 3, precision);
    Program fused(net, recipe, *cpu), apart(net, recipe, *cpu, update_apart);
    EXPECT_EQ(fused.implementations().count("dense1 weight update"), 1u);
    EXPECT_EQ(apart.implementations().count("dense1 weight update"), 0u);
    EXPECT_TRUE(after_an_epoch(fused, 64) == after_an_epoch(apart, 64));
  }
}

TEST(Fusion, ALargeDenseLayersGradientsAndUpdateOnACpuTrainLikeTheirCalls) {
  const auto cpu = open_device({.name = "cpu", .threads = 2});
  const Net net = NetBuilder("convolved", {64, 64, 1})  // dense1 has 2^20 weights
                      .conv2d(4, 3)
                      .relu()
                      .flatten()
                      .dropout(0.25f)
                      .dense(64)
                      .relu()
                      .dense(1)
                      .build();
  for (const Precision precision : {Precision::fp32, Precision::bf16}) {
    SCOPED_TRACE(to_string(precision));
    const Recipe recipe = recipe_of("adam", 3, precision);
    const std::string simd = precision == Precision::fp32 ? "simd" : "bf16_emulated";
    Program all(net, recipe, *cpu), two(net, recipe, *cpu, {.fixed = {{"dense1 data gradient", simd}}}),
        apart(net, recipe, *cpu, {.fixed = {{"update", "adam"}, {"dense1 data gradient", simd}}});
    EXPECT_EQ(all.implementations().count("dense1 backward update"), 1u);
    for (const char* part : {"dense1 data gradient", "dense1 weight gradient", "dense1 weight update"})
      EXPECT_EQ(all.implementations().count(part), 0u) << part;
    EXPECT_EQ(two.implementations().count("dense1 weight update"), 1u) << "the data gradient is fixed";
    EXPECT_EQ(two.implementations().count("dense1 data gradient"), 1u);
    const Program named(net, recipe, *cpu, {.fixed = {{"dense1 weight update", simd}}});
    EXPECT_EQ(named.implementations().count("dense1 weight update"), 1u) << "the call without the data gradient";
    EXPECT_EQ(apart.implementations().count("dense1 weight gradient"), 1u);
    const std::vector<std::vector<float>> want = after_an_epoch(apart, 64);
    EXPECT_TRUE(after_an_epoch(all, 64) == want);
    EXPECT_TRUE(after_an_epoch(two, 64) == want);
    for (const Program* program : {&all, &two})  // tables keep their calls
      EXPECT_EQ(Program(net, recipe, *cpu, {.fixed = program->implementations()}).implementations(),
                program->implementations());
  }
}

TEST(Fusion, ADenseLayersUpdateStaysApart) {
  const auto sim = open_device({.name = "sim", .threads = 2}), cpu = open_device({.name = "cpu", .threads = 2});
  const Net net = mlp({.input = {9, 9, 1}, .base = 12});
  const auto is_fused = [](const Net& of, const Recipe& recipe, Device& device, const ImplementationChoice& choice) {
    return Program(of, recipe, device, choice).implementations().count("dense1 weight update") == 1;
  };
  EXPECT_TRUE(is_fused(net, recipe_of("adam", 15), *sim, {}));
  EXPECT_FALSE(is_fused(net, recipe_of("adam", 16), *sim, {})) << "tensor cores take as many images";
  EXPECT_FALSE(is_fused(net, recipe_of("sgd", 3), *sim, {})) << "no kernel";
  EXPECT_FALSE(is_fused(net, recipe_of("adamw", 3), *sim, {})) << "no kernel";
  EXPECT_FALSE(is_fused(net, recipe_of("adam", 3), *cpu, {})) << "few weights";
  EXPECT_FALSE(is_fused(net, recipe_of("adam", 3), *sim, {.fixed = {{"dense1 weight gradient", "outer"}}}));
  EXPECT_FALSE(is_fused(net, recipe_of("adam", 3), *sim, {.given = std::make_shared<GivenKernels>()}))
      << "gradients are compared";
  const Net alone = NetBuilder("alone", {9, 9, 1}).flatten().dense(1).build();
  EXPECT_FALSE(is_fused(alone, recipe_of("adam", 3), *sim, {})) << "nothing else would be left to update";
  const Net wide = NetBuilder("wide", {9, 9, 1}).conv2d(70, 3).relu().global_average_pool().dense(1).build();
  EXPECT_FALSE(is_fused(wide, recipe_of("adam", 3), *sim, {})) << "the largest layer is a convolution";
}

TEST(Fusion, TheHeadTrainsLikeItsCalls) {
  const Net net = mlp({.input = {9, 9, 1}, .base = 70});
  for (const bool tf32 : {false, true}) {
    const auto sim = open_device({.name = "sim", .threads = 2, .tf32 = tf32});
    const Program fused(net, Recipe(), *sim), apart(net, Recipe(), *sim, {.fixed = {{"dense3 forward", "tiled"}}});
    EXPECT_EQ(fused.implementations().count("dense2 dense3 dense4 loss"), 1u);
    for (const auto& [call, implementation] : apart.implementations())
      EXPECT_FALSE(call.ends_with(" loss")) << call << ", though a call of it is fixed";
    const std::vector<float> got = trained(net, *sim, {}),
                             want = trained(net, *sim, {.fixed = {{"dense3 forward", "tiled"}}});
    if (tf32)  // Adam's first steps move each parameter by about the rate, 0.01, whatever the gradient's size
      EXPECT_TRUE(test::agree(got, test::widen(want), 2e-2)) << "the separate calls round factors, the head does not";
    else
      EXPECT_EQ(got, want) << "the sums of dense's tiled variant, in the same order";
    // A table without the head, as older runs have recorded, keeps its calls; one with it, too.
    EXPECT_EQ(Program(net, Recipe(), *sim, {.fixed = fused.implementations()}).implementations(),
              fused.implementations());
    EXPECT_EQ(Program(net, Recipe(), *sim, {.fixed = apart.implementations()}).implementations(),
              apart.implementations());
  }
}

TEST(Fusion, TheHeadEndsAtWideLayersAndAtDropout) {
  const auto sim = open_device({.name = "sim", .threads = 2});
  const auto head_of = [&](const Net& net) {
    const Program program(net, Recipe(), *sim);
    for (const OpCall& call : program.training_calls())
      if (call.name.ends_with("loss")) return call.name;
    return std::string();
  };
  EXPECT_EQ(head_of(lenet({.base = 2})), "dense2 loss") << "dense1 has many inputs";
  EXPECT_EQ(head_of(mlp({.input = {9, 9, 1}, .base = 70, .dropout = 0.4f})), "dense4 loss");
  EXPECT_EQ(head_of(NetBuilder("wide", {4, 4, 1}).flatten().dense(200).relu().dense(1).build()), "loss");
  EXPECT_EQ(head_of(NetBuilder("first", {4, 4, 1}).flatten().dense(1).build()), "loss")
      << "the first layer has no data gradient";
}

/// The fused filter gradient is the sum of the same products, without those that are 0.
TEST(Fusion, OfTheFirstLayersGradientChangesOnlyTheOrderOfASum) {
  const Net net = lenet({.input = {9, 9, 1}, .base = 4});
  const ImplementationChoice apart{.rule = "own", .fixed = {{"pool1.backward", "element"}}};
  for (const char* name : {"sim", "cpu"}) {
    const auto device = open_device({.name = name, .threads = 2, .tf32 = false});
    const Program one(net, Recipe(), *device, {.rule = "own"}), two(net, Recipe(), *device, apart);
    const ImplementationTable fused = one.implementations(), separate = two.implementations();
    EXPECT_EQ(fused.count("conv1 pool1 filter gradient"), 1u) << name;
    EXPECT_EQ(fused.count("conv1 filter gradient") + fused.count("pool1 backward"), 0u) << name;
    EXPECT_EQ(fused.count("conv2 filter gradient") + fused.count("pool2 backward"), 2u) << "conv2 has a data gradient";
    EXPECT_EQ(separate.count("conv1 filter gradient") + separate.count("pool1 backward"), 2u) << name;
    EXPECT_EQ(separate.size(), fused.size() + 1) << name;
    const std::vector<float> got = trained(net, *device, {.rule = "own"}), want = trained(net, *device, apart);
    EXPECT_TRUE(test::agree(got, test::widen(want), 1e-4)) << name;
  }
}

/// Only conv2's bias gradient has another order; its other gradients have the same bits.
TEST(Fusion, OfALaterLayersGradientsChangesOnlyTheOrderOfASum) {
  const Net net = lenet({.input = {9, 9, 1}, .base = 8});
  const ImplementationChoice own{.rule = "own"}, apart{.rule = "own", .fixed = {{"pool2.backward", "element"}}};
  const auto sim = open_device({.name = "sim", .threads = 2, .tf32 = true});
  const ImplementationTable fused = Program(net, Recipe(), *sim, own).implementations(),
                            separate = Program(net, Recipe(), *sim, apart).implementations();
  EXPECT_EQ(fused.count("conv2 pool2 data gradient") + fused.count("conv2 pool2 filter gradient"), 2u);
  EXPECT_EQ(fused.count("conv2 data gradient") + fused.count("conv2 filter gradient") + fused.count("pool2 backward"),
            0u);
  EXPECT_EQ(separate.count("pool2 backward"), 1u);
  EXPECT_EQ(separate.size(), fused.size() + 1);
  EXPECT_TRUE(test::agree(trained(net, *sim, own), test::widen(trained(net, *sim, apart)), 1e-4));
  const auto cpu = open_device({.name = "cpu", .threads = 2, .tf32 = false});
  EXPECT_EQ(Program(net, Recipe(), *cpu, own).implementations().count("pool2 backward"), 1u) << "no variant on a CPU";
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
    ImplementationChoice forward_only = apart;  // fused forward pass, separate backward call
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
  const auto has = [](const std::vector<OpCall>& calls, const std::string& name) {
    return std::any_of(calls.begin(), calls.end(), [&](const OpCall& c) { return c.name == name; });
  };
  EXPECT_TRUE(has(program.training_calls(), "dense1 dropout1 forward"));
  EXPECT_FALSE(has(program.training_calls(), "dense1 forward"));
  EXPECT_TRUE(has(program.evaluation_calls(), "dense1 forward"));
  EXPECT_TRUE(has(program.diagnostic_calls(), "dense1 forward")) << "live channels are counted before the dropout";
  const Program apart(net, Recipe(), *sim, {.fixed = {{"dense1", "tiled"}}});
  EXPECT_TRUE(has(apart.training_calls(), "dense1 forward"));
  // A run's recorded implementations also fit its evaluation.
  const Program again(net, Recipe(), *sim, {.fixed = program.implementations()});
  EXPECT_EQ(again.implementations(), program.implementations());
}

}  // namespace
}  // namespace gs
