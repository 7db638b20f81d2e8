// counts_profile_test.cpp - a counted step: it lists every op with its kernels and leaves training unchanged.
#include "engine/profile/counts_profile.h"

#include <gtest/gtest.h>

#include "engine/core/error.h"
#include "models/models.h"
#include "tests/support/engines.h"
#include "tests/support/run_steps.h"
#include "tests/support/tiny_data.h"

namespace gs {
namespace {

const std::vector<std::uint32_t> in_order = {0, 1, 2, 3, 4, 5, 6, 7};

Recipe counted_recipe() {
  Recipe recipe;
  recipe.batch = 4;
  return recipe;
}

TEST(CountsProfile, HasEveryOpWithItsKernelsBlocksAndThreads) {
  const auto device = open_device({.name = "sim"});
  Program program(lenet({.input = {12, 12, 1}, .base = 2}), counted_recipe(), *device);
  program.initialize();
  test::BoundTraining training(program, test::noise_images(8, 12, 50, 1));
  const Profile profile = count(program, [&] {
    training.begin(0, in_order);
    return training.steps();
  });

  EXPECT_EQ(profile.source, TimeSource::counts);
  EXPECT_EQ(profile.device, "sim");
  EXPECT_EQ(profile.input, "12x12x1");
  EXPECT_EQ(profile.sampled_steps, 1);
  EXPECT_EQ(profile.wall_us.median, 0);
  EXPECT_NE(profile.source_note.find("./gridstride profile ... --device sim"), std::string::npos);

  const auto& steps = program.training_calls();
  const std::vector<int> kernels = program.kernels_of_calls();
  ASSERT_EQ(profile.ops.size(), steps.size());
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const OpProfile& op = profile.ops[i];
    SCOPED_TRACE(op.name);
    EXPECT_EQ(op.name, steps[i].name);
    EXPECT_EQ(op.implementation, steps[i].implementation);
    EXPECT_EQ(op.cost.bytes, steps[i].cost.bytes);
    EXPECT_EQ(op.launches, kernels[i]);
    ASSERT_TRUE(op.counts.has_value());
    std::int64_t blocks = 0, threads = 0;
    for (const ProfiledKernel& k : op.kernels) {
      const std::int64_t of_grid = std::int64_t(k.grid[0]) * k.grid[1] * k.grid[2] * k.launches;
      blocks += of_grid;
      threads += of_grid * k.block[0] * k.block[1] * k.block[2];
    }
    EXPECT_EQ(op.counts->blocks, blocks);
    EXPECT_EQ(op.counts->threads, threads);
    EXPECT_EQ(op.counts->requests, 0) << "these kernels are not instrumented";
  }
  // conv2's product: 4 * 6 * 6 pixels of 18 taps in tiles of 64 x 64 x 16, with two barriers per 16 taps.
  for (const OpProfile& op : profile.ops)
    if (op.name == "conv2 data gradient") {
      EXPECT_EQ(op.implementation, "tiled");
      EXPECT_EQ(op.counts->barriers, op.counts->blocks * 2 * ((9 * 4 + 15) / 16));
    }
}

TEST(CountsProfile, IsAStepOfTheTraining) {
  const auto device = open_device({.name = "sim"});
  const auto weights_after = [&](bool counted) {
    Program program(lenet({.input = {12, 12, 1}, .base = 2}), counted_recipe(), *device);
    program.initialize();
    test::BoundTraining training(program, test::noise_images(8, 12, 50, 1));
    const auto begin = [&] {
      training.begin(0, in_order);
      return training.steps();
    };
    if (counted)
      count(program, begin);
    else
      begin(), program.train_step();
    program.train_step();
    return program.parameters();
  };
  EXPECT_EQ(weights_after(true), weights_after(false));
}

TEST(CountsProfile, IsRefusedOnAnotherDevice) {
  const auto device = open_device({.name = "cpu"});
  Program program(lenet({.input = {12, 12, 1}, .base = 2}), counted_recipe(), *device);
  EXPECT_THROW(count(program, [] { return 1; }), Error);
}

}  // namespace
}  // namespace gs
