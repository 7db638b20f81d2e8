// broken_run_test.cpp - number of kernels that the check of the weights adds on a GPU; a library's ReLU hides NaN from
// the loss.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <string>

#include "engine/simulated_cuda/runtime.h"
#include "engine/train/trainer.h"
#include "models/models.h"
#include "tests/support/break_parameter.h"
#include "tests/support/errors.h"
#include "tests/support/tested_targets.h"
#include "tests/support/tiny_data.h"

namespace gs::test {
namespace {

/// Number of runs of each kernel, by name.
std::map<std::string, int> kernels_run;

class CountingKernels : public testing::TestWithParam<bool> {
 protected:
  CountingKernels() : before_(simulated_cuda::watcher) {
    kernels_run.clear();
    simulated_cuda::watcher.done = [](const simulated_cuda::Work& work, const CUgraphNode_st*, std::uint64_t,
                                      std::uint64_t) { kernels_run[work.kernel] += !work.kernel.empty(); };
  }
  ~CountingKernels() override { simulated_cuda::watcher = before_; }

 private:
  simulated_cuda::Watcher before_;
};

/// The check adds two kernels per epoch, independent of the number of steps.
TEST_P(CountingKernels, TwoMoreAnEpochWhateverTheNumberOfSteps) {
  constexpr int side = 12;
  std::vector<int> beside_training;
  for (const int images : {8, 40}) {
    Recipe recipe;
    recipe.batch = 4;
    recipe.epochs = 3;
    Program program(lenet({.input = {side, side, 1}, .base = 2}), recipe, tested_gpu(), {.rule = "own"});
    program.use_epoch_loops(GetParam());
    program.initialize();
    Trainer trainer(program, tiny_splits(images, 4, side));
    kernels_run.clear();
    trainer.run();
    EXPECT_EQ(kernels_run.at("count_by_block"), recipe.epochs);
    EXPECT_EQ(kernels_run.at("add_blocks"), recipe.epochs);
    int all = 0;
    for (const auto& [name, times] : kernels_run)
      if (name != "continue_epoch") all += times;  // ends each iteration of an epoch loop
    const std::vector<int> a_step = program.kernels_of_calls();
    beside_training.push_back(all - recipe.epochs * images / 4 * std::accumulate(a_step.begin(), a_step.end(), 0));
  }
  EXPECT_EQ(beside_training[0], beside_training[1]) << "validation and the count";
}

INSTANTIATE_TEST_SUITE_P(AsLoop, CountingKernels, testing::Bool());

/// Ensures that tests/engine/broken_run_test.cpp covers the case in which the loss stays finite.
TEST(BrokenRunOnSimulatedLibraries, TheLossDoesNotShowIt) {
  Recipe recipe;
  recipe.batch = 4;
  Program program(lenet({.input = {14, 14, 1}, .base = 3}), recipe, tested_gpu(), {.rule = "library"});
  program.initialize();
  break_parameter(program, "conv1.weight", std::numeric_limits<float>::quiet_NaN());
  Trainer trainer(program, tiny_splits(18, 7, 14));
  EXPECT_TRUE(std::isfinite(trainer.evaluate().loss));
  EXPECT_TRUE(refuses<Error>([&] { trainer.run(); }, {"of the weights are NaN", "though the loss is finite"}));
}

}  // namespace
}  // namespace gs::test
