// profiler_test.cpp - profiling changes no bit of training, and the parts of a real profile add up.
#include "engine/profile/profiler.h"

#include <gtest/gtest.h>

#include "tests/support/tiny_training.h"

namespace gs::test {
namespace {

/// TinyTraining that owns its device.
struct Training : private std::unique_ptr<Device>, TinyTraining {
  explicit Training(const char* name)
      : std::unique_ptr<Device>(open_device({.name = name, .threads = 2})), TinyTraining(*get()) {}
};

class ProfilerOn : public testing::TestWithParam<const char*> {};

TEST_P(ProfilerOn, ChangesNoBit) {
  Training watched(GetParam()), alone(GetParam());
  for (const bool graph : {true, false}) {
    Profiler profiler(watched.program, {.peaks = PeaksSource::none, .graph = graph});
    for (int epoch = 0; epoch < 2; ++epoch) {
      watched.begin_epoch();
      profiler.sampled_step();
      EXPECT_EQ(profiler.unwatched_steps(1), 1);
      profiler.sampled_step();
      for (int left = alone.begin_epoch(); left > 0;) left -= alone.program.train_steps(left);
    }
    EXPECT_EQ(profiler.sampled(), 4);
  }
  EXPECT_EQ(watched.program.parameters(), alone.program.parameters());
  EXPECT_EQ(watched.program.moment(2), alone.program.moment(2));
  EXPECT_EQ(watched.program.state().step, alone.program.state().step);
}

TEST_P(ProfilerOn, MeasureTrainsAsManyStepsAsItSays) {
  Training measured(GetParam()), alone(GetParam());
  const Profile profile =
      measure(measured.program, {.steps = 5, .peaks = PeaksSource::none}, [&] { return measured.begin_epoch(); });
  EXPECT_EQ(profile.sampled_steps, 5);
  const auto state = measured.program.state();
  for (int left = 0; alone.program.state().step < state.step; --left) {
    if (left == 0) left = alone.begin_epoch();
    alone.program.train_step();
  }
  EXPECT_EQ(measured.program.parameters(), alone.program.parameters());
}

TEST_P(ProfilerOn, HasEveryStepOfTheProgram) {
  Training training(GetParam());
  const Profile profile =
      measure(training.program, {.steps = 3, .peaks = PeaksSource::none}, [&] { return training.begin_epoch(); });
  const auto& steps = training.program.training_calls();
  ASSERT_EQ(profile.ops.size(), steps.size());
  for (std::size_t i = 0; i < steps.size(); ++i) {
    EXPECT_EQ(profile.ops[i].name, steps[i].name);
    EXPECT_EQ(profile.ops[i].implementation, steps[i].implementation);
    EXPECT_EQ(profile.ops[i].cost.flops, steps[i].cost.flops);
    EXPECT_GE(profile.ops[i].launches, 1);
  }
  EXPECT_EQ(profile.device, GetParam());
  EXPECT_EQ(profile.batch, TinyTraining::batch);
  EXPECT_EQ(profile.input, "12x12x1");
}

INSTANTIATE_TEST_SUITE_P(Devices, ProfilerOn, testing::Values("cpu", "sim"));

TEST(ProfilerOnCpu, ARealProfileAddsUp) {
  Training training("cpu");
  const Profile profile = measure(training.program, {.steps = 9, .timeline_steps = 2, .peaks = PeaksSource::none},
                                  [&] { return training.begin_epoch(); });
  EXPECT_EQ(profile.source, TimeSource::clock);
  const TimeSums& s = profile.sums;
  EXPECT_DOUBLE_EQ(s.wall_us, profile.wall_us.median);
  EXPECT_NEAR(s.ops_us - s.overlap_us + s.gaps_us + s.host_us + s.remainder_us(), s.wall_us, 1e-9);
  EXPECT_EQ(s.overlap_us, 0) << "one after another";
  EXPECT_GT(s.ops_us, 0);
  EXPECT_GT(profile.unwatched_us.median, 0);
  ASSERT_EQ(profile.timeline.size(), 2u);
  for (const TimelineStep& step : profile.timeline) {
    EXPECT_EQ(step.events.size(), profile.ops.size());
    double end = 0;
    for (const TimelineEvent& event : step.events) {
      EXPECT_GE(event.start_us, end);
      EXPECT_EQ(event.lane, 0);
      end = event.start_us + event.duration_us;
    }
    EXPECT_LE(end, step.wall_us);
  }
  for (const OpProfile& op : profile.ops) {
    EXPECT_LE(op.us.low, op.us.median) << op.name;
    EXPECT_LE(op.us.median, op.us.high) << op.name;
    EXPECT_TRUE(op.kernels.empty());
    EXPECT_EQ(op.tensor_cores, TensorCores::no);
  }
}

TEST(ProfilerOnCpu, OwnKernelsTellTheirThreads) {
  Training training("cpu");
  const Profile profile =
      measure(training.program, {.steps = 3, .peaks = PeaksSource::none}, [&] { return training.begin_epoch(); });
  for (const OpProfile& op : profile.ops) {
    if (op.name != "update" && op.name != "gather") continue;
    ASSERT_EQ(op.thread_us.size(), 2u) << op.name;
    EXPECT_GT(op.thread_us[0], 0) << op.name;
    EXPECT_LE(op.thread_us[0], op.us.high) << op.name;
  }
}

TEST(ProfilerOnSim, HasKernelsAndNoTimes) {
  Training training("sim");
  const Profile profile =
      measure(training.program, {.steps = 1, .peaks = PeaksSource::none}, [&] { return training.begin_epoch(); });
  EXPECT_EQ(profile.source, TimeSource::counts);
  EXPECT_EQ(profile.wall_us.median, 0);
  for (const OpProfile& op : profile.ops) {
    ASSERT_FALSE(op.kernels.empty()) << op.name;
    EXPECT_EQ(op.us.median, 0);
  }
  int launches = 0;
  for (const OpProfile& op : profile.ops) launches += op.launches;
  int kernels = 0;
  for (const int count : training.program.kernels_of_calls()) kernels += count;
  EXPECT_EQ(launches, kernels);
}

/// Launches of a step as text, listed without running them.
std::vector<std::string> launched(Training& training) {
  std::vector<std::string> list;
  const auto launches = training.program.device().launches([&] { training.program.train_step(); });
  for (const KernelLaunch& l : *launches)
    list.push_back(l.kernel + " " + std::to_string(l.grid[0]) + "x" + std::to_string(l.grid[1]) + " " +
                   std::to_string(l.block[0]) + " " + std::to_string(l.shared_bytes));
  return list;
}

TEST(WithoutReplays, TheSameKernelsAreLaunched) {
  Training training("sim");
  training.begin_epoch();
  training.program.train_step();
  ASSERT_TRUE(training.program.training_is_captured());
  const auto replayed = launched(training);
  training.program.use_replays(false);
  const auto one_by_one = launched(training);
  EXPECT_FALSE(training.program.training_is_captured());
  EXPECT_GT(replayed.size(), 10u);
  EXPECT_EQ(replayed, one_by_one);
}

}  // namespace
}  // namespace gs::test
