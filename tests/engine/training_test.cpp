// training_test.cpp - properties of every training run: bits repeat, devices agree, replay equals eager execution, and
// nothing is allocated after the first step.
#include "engine/device/instruction_counter.h"
#include "engine/train/trainer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "engine/core/error.h"
#include "engine/data/sampler.h"
#include "kernels/optimizer/optimizers.h"
#include "models/models.h"
#include "tests/support/count_allocations.h"
#include "tests/support/engines.h"
#include "tests/support/run_steps.h"
#include "tests/support/tiny_data.h"
#include "tests/support/topological_order.h"
#include "tests/support/training_fixture.h"

namespace gs::test {
namespace {

class Training : public TrainingFixture {};

TEST_P(Training, SameSeedSameBits) {
  const DataSplits data = tiny_splits(18, 7, side);
  const TrainingOutcome first = train(device(), rule(), small_lenet(), small_recipe(), data);
  EXPECT_EQ(train(device(), rule(), small_lenet(), small_recipe(), data), first);
  Recipe other = small_recipe();
  other.seed = 2;
  EXPECT_NE(train(device(), rule(), small_lenet(), other, data).parameters, first.parameters);
}

TEST_P(Training, Memorises32Images) {
  // 240 steps take minutes with interpreted PTX, and library calls are not interpreted, so only `own` runs there.
  if (instruction_counter() && rule() != "own") GTEST_SKIP() << "interpreted: only own kernels run 240 steps";
  const DataSplits data = tiny_splits(32, 32, side, 0);
  Recipe recipe = small_recipe(60);
  recipe.batch = 8;
  Program program(lenet({.input = {side, side, 1}, .base = 8}), recipe, device(), {.rule = rule()});
  program.initialize();
  Trainer trainer(program, data);
  const std::vector<EpochResult> history = trainer.run().history;
  EXPECT_EQ(history.back().accuracy, 1.0);
  EXPECT_LT(history.back().loss, 0.1);
  EXPECT_GT(history.front().loss, 0.5);
}

TEST_P(Training, ReplayIsEagerExecution) {
  const Dataset data = tiny_splits(18, 1, side).train;
  Program replayed(small_lenet(), small_recipe(), device(), {.rule = rule()});
  Program eager(small_lenet(), small_recipe(), device(), {.rule = rule()});
  replayed.initialize();
  eager.initialize();
  BoundTraining first(replayed, data), second(eager, data);
  std::vector<int> listed(eager.training_calls().size());
  std::iota(listed.begin(), listed.end(), 0);
  for (std::uint32_t epoch = 0; epoch < 2; ++epoch) {
    const std::vector<std::uint32_t> order = epoch_order(1, epoch, 18);
    const std::vector<float> losses = first.run_epoch(epoch, order);
    second.begin(epoch, order);
    for (int i = 0; i < second.steps(); ++i) eager.run_training_in_order(listed);
    EXPECT_EQ(second.losses(second.steps()), losses);
  }
  EXPECT_EQ(eager.parameters(), replayed.parameters());
}

TEST_P(Training, AnyTopologicalOrderGivesTheSameBits) {
  const Dataset data = tiny_splits(18, 1, side).train;
  const std::vector<std::uint32_t> visits = epoch_order(1, 0, 18);
  Program listed(small_lenet(), small_recipe(), device(), {.rule = rule()});
  listed.initialize();
  BoundTraining(listed, data).run_epoch(0, visits);
  Random random(3);
  bool differed = false;
  for (int attempt = 0; attempt < 5; ++attempt) {
    Program shuffled(small_lenet(), small_recipe(), device(), {.rule = rule()});
    shuffled.initialize();
    BoundTraining training(shuffled, data);
    training.begin(0, visits);
    for (int i = 0; i < training.steps(); ++i) {
      const std::vector<int> order = random_topological_order(dependencies(shuffled.training_calls()), random);
      differed = differed || !std::is_sorted(order.begin(), order.end());
      shuffled.run_training_in_order(order);
    }
    EXPECT_EQ(shuffled.parameters(), listed.parameters());
  }
  EXPECT_TRUE(differed) << "the orders were all the listed one";
}

/// As a graph of several steps may run them: a step may begin before the previous one has ended.
TEST_P(Training, AnyTopologicalOrderOfAnEpochGivesTheSameBits) {
  const Dataset data = tiny_splits(18, 1, side).train;
  const std::vector<std::uint32_t> visits = epoch_order(1, 0, 18);
  Program listed(small_lenet(), small_recipe(), device(), {.rule = rule()});
  listed.initialize();
  const std::vector<float> losses = BoundTraining(listed, data).run_epoch(0, visits);
  Random random(4);
  bool overlapped = false;
  for (int attempt = 0; attempt < 5; ++attempt) {
    Program shuffled(small_lenet(), small_recipe(), device(), {.rule = rule()});
    shuffled.initialize();
    BoundTraining training(shuffled, data);
    training.begin(0, visits);
    const std::vector<OpCall>& steps = shuffled.training_calls();
    const auto edges =
        repeated_dependencies(steps, training.steps(), conflicts(steps, shuffled.addresses(), shuffled.tensors()));
    const int size = int(steps.size());
    int latest = 0;
    for (const int call : random_topological_order(edges, random)) {
      shuffled.run_training_in_order({call % size});
      overlapped = overlapped || call / size < latest;
      latest = std::max(latest, call / size);
    }
    EXPECT_EQ(training.losses(training.steps()), losses);
    EXPECT_EQ(shuffled.parameters(), listed.parameters());
  }
  EXPECT_TRUE(overlapped) << "no step began before the one before it had ended";
}

TEST_P(Training, AllocatesNothingAfterTheFirstStep) {
  const bool simulated_runtime = device().description().rfind("simulated GPU", 0) == 0;  // its graphs are on the heap
  Program program(small_lenet(), small_recipe(), device(), {.rule = rule()});
  program.initialize();
  BoundTraining training(program, tiny_splits(18, 1, side).train);
  training.begin(0, epoch_order(1, 0, 18));
  program.train_step();
  device().synchronize();
  const std::size_t on_device = device().allocations();
  const std::size_t on_heap = heap_allocations();
  for (int i = 1; i < training.steps(); ++i) program.train_step();
  device().synchronize();
  EXPECT_EQ(device().allocations(), on_device);
  // Checks only our own code: libraries, CUDA's driver and the simulator's asynchronous copies may allocate.
  const bool simulated_copies = GetParam().device == "sim" && precision() == Precision::tf32;
  if (rule() == "own" && !simulated_copies && !simulated_runtime) {
    EXPECT_EQ(heap_allocations(), on_heap);
  }
}

TEST_P(Training, AnEpochInOneReplayHasTheSameBits) {
  const DataSplits data = tiny_splits(18, 7, side);
  const auto trained = [&](bool loops, std::vector<int>& enqueued) {
    Program program(small_lenet(), small_recipe(3), device(), {.rule = rule()});
    program.use_epoch_loops(loops);
    program.initialize();
    Trainer trainer(program, data);
    const TrainingResult result = trainer.run();
    std::vector<double> losses;
    for (const EpochResult& e : result.history) losses.insert(losses.end(), {e.loss, e.val_loss});
    program.begin_training_epoch(3, 18, 1e-3f);
    const int steps = (18 + program.recipe().batch - 1) / program.recipe().batch;
    for (int done = 0; done < steps;) done += enqueued.emplace_back(program.train_steps(steps - done));
    return std::pair(losses, program.parameters());
  };
  std::vector<int> looped, replayed;
  EXPECT_EQ(trained(true, looped), trained(false, replayed));
  EXPECT_EQ(looped.size(), 1u) << "the epoch was one replay";
  EXPECT_GT(replayed.size(), 1u);
}

TEST_P(Training, KeptParametersAreThoseOfTheMoment) {
  Recipe recipe = small_recipe(1);
  recipe.learning_rate = 1e-2f;
  Program program(small_lenet(), recipe, device(), {.rule = rule()});
  program.initialize();
  const std::vector<float> before = program.parameters();
  program.keep_parameters();
  Trainer(program, tiny_splits(18, 7, side)).run();
  EXPECT_NE(program.parameters(), before);
  EXPECT_EQ(program.kept_parameters(), before);
}

TEST_P(Training, EvaluationLeavesTrainingAlone) {
  const DataSplits data = tiny_splits(18, 7, side);
  Program program(small_lenet(), small_recipe(), device(), {.rule = rule()});
  program.initialize();
  Trainer trainer(program, data);
  const std::vector<float> before = program.parameters();
  const Evaluation first = trainer.evaluate(), second = trainer.evaluate();
  EXPECT_EQ(first.loss, second.loss) << "dropout is off";
  EXPECT_EQ(first.accuracy, second.accuracy);
  EXPECT_EQ(program.parameters(), before);
  EXPECT_EQ(program.state().step, 0u);
}

TEST_P(Training, TakesAnyBatchSize) {
  const DataSplits data = tiny_splits(11, 5, side);
  for (const int batch : {1, 3, 11, 64}) {
    SCOPED_TRACE(batch);
    Recipe recipe = small_recipe(1);
    recipe.batch = batch;
    const TrainingOutcome outcome = train(device(), rule(), small_lenet(0), recipe, data);
    EXPECT_TRUE(std::isfinite(outcome.losses[0]) && std::isfinite(outcome.losses[1]));
    for (const float value : outcome.parameters) ASSERT_TRUE(std::isfinite(value));
  }
}

TEST_P(Training, PaddingRowsContributeNothing) {
  // 5 images in batches of 4: the second batch has one image and that image's loss, as with batch 1.
  const Dataset data = tiny_splits(5, 1, side).train;
  const std::vector<std::uint32_t> order{4, 2, 0, 1, 3};
  Recipe still = small_recipe();
  still.learning_rate = 0;
  std::vector<float> sums;
  for (const int batch : {4, 1}) {
    still.batch = batch;
    Program program(small_lenet(0), still, device(), {.rule = rule()});
    program.initialize();
    sums.push_back(BoundTraining(program, data).run_epoch(0, order).back());
  }
  EXPECT_NEAR(sums[0], sums[1], precision() == Precision::fp32 ? 1e-6 : 1e-2);
}

TEST_P(Training, ALossThatIsNotFiniteEndsTheRun) {
  Recipe recipe = small_recipe(3);
  recipe.optimizer = usual_optimizer("sgd");
  recipe.learning_rate = 1e30f;
  Program program(small_lenet(0), recipe, device(), {.rule = rule()});
  program.initialize();
  Trainer trainer(program, tiny_splits(18, 7, side));
  try {
    trainer.run();
    FAIL() << "it went on";
  } catch (const Error& error) {
    // If a library's ReLU maps NaN to 0, the weights show it and the loss does not.
    EXPECT_NE(std::string(error.what()).find("finite (epoch 1"), std::string::npos) << error.what();
    EXPECT_NE(std::string(error.what()).find("learning rate 1e+30"), std::string::npos) << error.what();
  }
}

/// In bf16, layers read a copy of the trained parameters; restore must update that copy, too.
TEST_P(Training, RestoreIsAsIfNothingHadBeenTrained) {
  const DataSplits data = tiny_splits(18, 7, side);
  Program program(small_lenet(), small_recipe(), device(), {.rule = rule()});
  program.initialize();
  Trainer trainer(program, data);
  const double before = trainer.evaluate().loss;
  program.snapshot();
  BoundTraining(program, data.train).run_epoch(0, epoch_order(1, 0, 18));
  Trainer again(program, data);
  EXPECT_NE(again.evaluate().loss, before);
  program.restore();
  EXPECT_EQ(again.evaluate().loss, before);
  const std::vector<float> parameters = program.parameters();
  program.set_parameters(std::vector<float>(parameters.size(), 0.0f));
  EXPECT_NE(again.evaluate().loss, before);
  program.set_parameters(parameters);
  EXPECT_EQ(again.evaluate().loss, before);
}

/// Every engine follows sim's own kernels through an epoch. The bound is wider in tf32 and bf16: in bf16 the last bit
/// of a sum may decide how an activation is rounded.
TEST_P(Training, AgreesWithTheSimulatorOverAnEpoch) {
  const Dataset data = tiny_splits(42, 1, side).train;
  const std::vector<std::uint32_t> order = epoch_order(1, 0, 42);
  const auto epoch_losses = [&](Device& on, const std::string& by) {
    Program program(small_lenet(), small_recipe(), on, {.rule = by});
    program.initialize();
    return BoundTraining(program, data).run_epoch(0, order);
  };
  const std::unique_ptr<Device> sim = open_device({.name = "sim", .tf32 = precision() == Precision::tf32});
  const std::vector<float> want = epoch_losses(*sim, "own");
  EXPECT_TRUE(
      agree_relative(epoch_losses(device(), rule()), widen(want), precision() == Precision::fp32 ? 1e-3 : 2e-2));
}

INSTANTIATE_TEST_SUITE_P(All, Training, testing::ValuesIn(engines), name_of);
INSTANTIATE_TEST_SUITE_P(OtherPrecisions, Training, testing::ValuesIn(other_precisions), name_of);

}  // namespace
}  // namespace gs::test
