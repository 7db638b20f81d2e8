// resumed_training_test.cpp - training that stopped after an epoch, or at any step of one, goes on with the same bits.
#include <gtest/gtest.h>

#include <filesystem>

#include "engine/train/checkpoint.h"
#include "kernels/optimizer/optimizers.h"
#include "tests/support/scratch_folder.h"
#include "tests/support/tiny_data.h"
#include "tests/support/training_fixture.h"

namespace gs::test {
namespace {

class ResumedTraining : public TrainingFixture {};

TEST_P(ResumedTraining, IsTheUninterruptedOne) {
  const ScratchFolder folder;
  const std::filesystem::path file = folder / "last.safetensors";
  const DataSplits data = tiny_splits(18, 7, side);
  for (const OptimizerRow* row : optimizers()) {
    SCOPED_TRACE(row->name);
    Recipe recipe = small_recipe(4);
    recipe.optimizer = usual_optimizer(row->name);
    if (row->usual("momentum")) recipe.optimizer.momentum = 0.9f;
    const TrainingOutcome whole = train(device(), rule(), small_lenet(), recipe, data);

    Recipe half = recipe;
    half.epochs = 2;
    Program first(small_lenet(), half, device(), {.rule = rule()});
    first.initialize();
    Trainer(first, data).run();
    save_checkpoint(file, first.net(), take_checkpoint(first, 2));

    Program second(small_lenet(), recipe, device(), {.rule = rule()});
    restore(second, load_checkpoint(file, second.net()));
    const std::vector<EpochResult> rest = Trainer(second, data).run({}, 3).history;
    ASSERT_EQ(rest.size(), 2u);
    EXPECT_EQ(rest[1].loss, whole.losses[6]);
    EXPECT_EQ(rest[1].val_loss, whole.losses[7]);
    EXPECT_EQ(second.parameters(), whole.parameters);
  }
}

TEST_P(ResumedTraining, AnEpochMayBePausedAtAnyStep) {
  const DataSplits data = tiny_splits(18, 7, side);
  const ScratchFolder folder;
  const std::filesystem::path file = folder / "last.safetensors";
  const Recipe recipe = small_recipe(2);
  const int steps = (18 + recipe.batch - 1) / recipe.batch;
  const TrainingOutcome whole = train(device(), rule(), small_lenet(), recipe, data);
  for (int pause_at = 0; pause_at <= steps; ++pause_at) {
    Program first(small_lenet(), recipe, device(), {.rule = rule()});
    first.initialize();
    TrainerCallbacks callbacks;
    int done = 0, epoch = 0;
    // One step at a time, so that the trainer asks between any two.
    callbacks.train_steps = [&](std::uint32_t, std::uint32_t, int) { return ++done, first.train_step(), 1; };
    callbacks.wants_pause = [&] { return done == pause_at; };
    callbacks.pause = [&](int paused_epoch, const PartialEpoch& part) {
      EXPECT_EQ(int(part.steps), pause_at);
      epoch = paused_epoch;
      save_checkpoint(file, first.net(), take_checkpoint(first, paused_epoch - 1, part));
      return false;
    };
    const TrainingResult begun = Trainer(first, data).run(callbacks);
    EXPECT_TRUE(begun.paused);
    EXPECT_TRUE(begun.history.empty());
    EXPECT_EQ(epoch, 1);

    Program second(small_lenet(), recipe, device(), {.rule = rule()});
    const Checkpoint checkpoint = load_checkpoint(file, second.net());
    restore(second, checkpoint);
    const std::vector<EpochResult> rest = Trainer(second, data).run({}, 1, checkpoint.partial).history;
    ASSERT_EQ(rest.size(), 2u);
    std::vector<double> losses;
    for (const EpochResult& e : rest) losses.insert(losses.end(), {e.loss, e.val_loss});
    EXPECT_EQ(losses, whole.losses) << "paused after step " << pause_at;
    EXPECT_EQ(second.parameters(), whole.parameters) << "paused after step " << pause_at;
  }
}

TEST_P(ResumedTraining, APauseThatIsNoEndChangesNothing) {
  const DataSplits data = tiny_splits(18, 7, side);
  const TrainingOutcome whole = train(device(), rule(), small_lenet(), small_recipe(2), data);
  Program program(small_lenet(), small_recipe(2), device(), {.rule = rule()});
  program.initialize();
  TrainerCallbacks callbacks;
  int pauses = 0;
  callbacks.wants_pause = [] { return true; };
  callbacks.pause = [&](int, const PartialEpoch&) { return ++pauses, true; };
  const TrainingResult result = Trainer(program, data).run(callbacks);
  EXPECT_FALSE(result.paused);
  EXPECT_EQ(program.parameters(), whole.parameters);
  EXPECT_GE(pauses, 2 * 2 * 2) << "before the first step and after the last, of both passes of both epochs";
}

INSTANTIATE_TEST_SUITE_P(All, ResumedTraining, testing::ValuesIn(engines), name_of);
INSTANTIATE_TEST_SUITE_P(OtherPrecisions, ResumedTraining, testing::ValuesIn(other_precisions), name_of);

}  // namespace
}  // namespace gs::test
