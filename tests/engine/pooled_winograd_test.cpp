// pooled_winograd_test.cpp - a network whose second layer is computed with its max-pool by Winograd's method on a CPU:
// the bits of the separate calls, in training and in evaluation, also with frozen weights.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "engine/net/freeze.h"
#include "engine/train/trainer.h"
#include "models/models.h"
#include "tests/support/engines.h"
#include "tests/support/tiny_data.h"

namespace gs {
namespace {

/// Everything that differs after two epochs.
struct Trained {
  std::vector<double> losses;
  std::vector<float> parameters, logits;
  bool operator==(const Trained&) const = default;
};

Trained trained(Program& program) {
  const Dataset data = test::noise_images(16, 16, 60, 9);
  program.initialize();
  Trainer trainer(program, {data, data});
  Trained result;
  for (const EpochResult& epoch : trainer.run().history) {
    result.losses.push_back(epoch.loss);
    result.losses.push_back(epoch.val_loss);
  }
  result.parameters = program.parameters();
  result.logits = trainer.evaluate().logits;
  return result;
}

/// Winograd's method for the calls of a layer.
ImplementationChoice winograd_for(const std::string& layer, bool frozen) {
  ImplementationChoice choice{.rule = "own", .fixed = {{layer + " forward", "winograd_4x4"}}};
  if (frozen) return choice;
  for (const char* gradient : {" data gradient", " filter gradient"}) choice.fixed[layer + gradient] = "winograd_4x4";
  return choice;
}

TEST(PooledWinograd, TrainsAndEvaluatesLikeItsCalls) {
  const auto cpu = open_device({.name = "cpu", .threads = 2});
  Recipe recipe;
  recipe.batch = 3;
  recipe.epochs = 2;
  recipe.learning_rate = 1e-2f;
  for (const bool frozen : {false, true}) {
    SCOPED_TRACE(frozen ? "conv2 is frozen" : "all layers train");
    Net net = lenet({.input = {16, 16, 1}, .base = 8});
    if (frozen) freeze_layers(net, {"conv2*"});
    Program together(net, recipe, *cpu, winograd_for("conv2 pool2", frozen)),
        apart(net, recipe, *cpu, winograd_for("conv2", frozen));
    EXPECT_EQ(together.implementations().count("conv2 pool2 forward"), 1u);
    EXPECT_EQ(together.implementations().count("conv2 pool2 data gradient"), frozen ? 0u : 1u);
    EXPECT_EQ(apart.implementations().count("conv2 pool2 forward"), 0u);
    EXPECT_TRUE(trained(together) == trained(apart));
  }
}

}  // namespace
}  // namespace gs
