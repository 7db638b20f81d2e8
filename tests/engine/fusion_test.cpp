// fusion_test.cpp - steps that are one kernel where two would do: the same bits, and short chains of dependent kernels.
#include <gtest/gtest.h>

#include "engine/device/backends.h"
#include "engine/ops/op.h"
#include "engine/program/program.h"
#include "models/models.h"
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

/// The simulator's time says nothing of a GPU's; what is tested is that both ways run and agree, and one is taken.
void expect_measured(Storage storage) {
  const auto sim = open_device({.name = "sim", .threads = 2});
  TuningCache cache(std::nullopt, "test");
  Tuner tuner(*sim, cache);
  const ImplementationChoice choice{.rule = "auto"};
  Builder builder(*sim, choice, &tuner);
  const Net net = lenet({.input = {9, 8, 1}, .base = 3});
  std::map<std::string, ParameterTensors> parameters;
  for (const char* name : {"conv1.weight", "conv1.bias"})
    parameters[name] = {builder.tensor(name, 1024), builder.tensor(std::string(name) + " gradient", 1024),
                        builder.numbers(std::string(name) + " as layers read it", 256, storage)};
  OpContext context{builder, 2, true, no_tensor, no_tensor, parameters, storage};
  const auto conv = make_conv2d(context, net.layers[0], std::get<Conv2dLayer>(net.layers[0].kind),
                                context.activation("x", net.input));
  const auto pool = make_max_pool(context, net.layers[1], std::get<MaxPoolLayer>(net.layers[1].kind), conv->output);
  conv->taken_in = pool->take_in(*conv->convolution());
  conv->forward();
  pool->forward();
  EXPECT_EQ(builder.take_steps().size(), conv->taken_in ? 1u : 2u);
  const auto measured = std::find_if(tuner.steps().begin(), tuner.steps().end(),
                                     [](const TunedStep& t) { return t.step == "conv1 pool1 forward"; });
  ASSERT_NE(measured, tuner.steps().end());
  EXPECT_EQ(conv->taken_in, measured->result.chosen != "apart");
  const std::vector<CandidateTime>& times = measured->result.times;
  const std::size_t fused =
      with_type_of(storage, [&]<class T>(T) { return std::size_t(sim->rooms().of<T>().conv2d_pool_forward.size()); });
  ASSERT_EQ(times.size(), 1 + fused);
  for (const CandidateTime& t : times) EXPECT_EQ(t.refused, "") << t.name;
}
TEST(Fusion, CanBeMeasured) {
  expect_measured(Storage::fp32);
  expect_measured(Storage::bf16);
}

TEST(Fusion, LeavesTheBitsOfATrainingStep) {
  const auto sim = open_device({.name = "sim", .threads = 2});
  const Dataset data = test::noise_images(7, 9, 60, 3);
  const Net net = alexnet({.input = {9, 9, 1}, .base = 2});
  Recipe recipe;
  recipe.batch = 3;
  recipe.learning_rate = 1e-2f;
  const auto trained = [&](const ImplementationChoice& choice) {
    Program program(net, recipe, *sim, choice);
    program.initialize();
    test::BoundTraining training(program, data);
    training.run_epoch(0, {3, 1, 4, 0, 5, 2, 6});
    return program.parameters();
  };
  const ImplementationChoice apart{.fixed = {{"pool1", "element"}, {"pool2", "element"}, {"pool3", "element"}}};
  EXPECT_EQ(trained({}), trained(apart));
}

}  // namespace
}  // namespace gs
