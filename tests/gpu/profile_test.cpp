// profile_test.cpp - a profile on a GPU: records are assigned to ops, kernels are the same with and without a graph,
// and profiling changes no bit.
#include <gtest/gtest.h>

#include "engine/profile/profiler.h"
#include "tests/support/tested_targets.h"
#include "tests/support/tiny_training.h"

namespace gs::test {
namespace {

struct Training : TinyTraining {
  Training() : TinyTraining(tested_gpu(), {.rule = "own"}, 24) {}
};

TEST(ProfileOnCuda, EveryRecordFindsItsOp) {
  Training training;
  const Profile profile =
      measure(training.program, {.steps = 10, .peaks = PeaksSource::none}, [&] { return training.begin_epoch(); });
  if (profile.source != TimeSource::cupti) GTEST_SKIP() << profile.source_note;
  const TimeSums& sums = profile.sums;
  EXPECT_LT(sums.remainder_us(), 0.05 * sums.wall_us);
  const std::vector<int> kernels = training.program.kernels_of_calls();
  for (std::size_t i = 0; i < profile.ops.size(); ++i) {
    EXPECT_EQ(profile.ops[i].launches, kernels[i]) << profile.ops[i].name;
    EXPECT_GT(profile.ops[i].us.median, 0) << profile.ops[i].name;
    for (const ProfiledKernel& kernel : profile.ops[i].kernels) {
      EXPECT_GT(kernel.occupancy, 0) << kernel.name;
      EXPECT_LE(kernel.occupancy, 1) << kernel.name;
    }
  }
}

TEST(ProfileOnCuda, WithoutAGraphTheSameKernelsRun) {
  Training training;
  const auto names = [&](bool graph) {
    const Profile profile = measure(training.program, {.steps = 3, .peaks = PeaksSource::none, .graph = graph},
                                    [&] { return training.begin_epoch(); });
    std::vector<std::string> list;
    for (const OpProfile& op : profile.ops)
      for (const ProfiledKernel& kernel : op.kernels) list.push_back(op.name + ": " + kernel.name);
    return list;
  };
  EXPECT_EQ(names(true), names(false));
}

TEST(ProfileOnCuda, ChangesNoBit) {
  Training watched, alone;
  for (int epoch = 0; epoch < 3; ++epoch) {
    watched.begin_epoch();
    watched.program.train_step();
    {
      Profiler profiler(watched.program, {.peaks = PeaksSource::none, .graph = epoch != 1});
      profiler.sampled_step();
      profiler.unwatched_steps(1);
      EXPECT_EQ(profiler.sampled(), 1);
    }
    for (int left = alone.begin_epoch(); left > 0;) left -= alone.program.train_steps(left);
  }
  EXPECT_EQ(watched.program.parameters(), alone.program.parameters());
}

}  // namespace
}  // namespace gs::test
