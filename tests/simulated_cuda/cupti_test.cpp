// cupti_test.cpp - records are assigned to ops by either of a graph node's two ids.
#include "engine/simulated_cuda/cupti.h"

#include <gtest/gtest.h>

#include "engine/profile/profiler.h"
#include "tests/support/errors.h"
#include "tests/support/tested_targets.h"
#include "tests/support/tiny_training.h"

namespace gs::test {
namespace {

class SimulatedCupti : public testing::TestWithParam<bool> {
 protected:
  SimulatedCupti() { simulated_cuda::records_carry_clones = GetParam(); }
  ~SimulatedCupti() override { simulated_cuda::records_carry_clones = true; }
};

TEST_P(SimulatedCupti, RecordsFindTheirOps) {
  TinyTraining training(tested_gpu(), {.rule = "own"}, 24);
  const Profile profile =
      measure(training.program, {.steps = 5, .peaks = PeaksSource::none}, [&] { return training.begin_epoch(); });
  ASSERT_EQ(profile.source, TimeSource::cupti) << profile.source_note;
  const std::vector<int> kernels = training.program.kernels_of_calls();
  for (std::size_t i = 0; i < profile.ops.size(); ++i)
    EXPECT_EQ(profile.ops[i].launches, kernels[i]) << profile.ops[i].name;
}

TEST(SimulatedCuptiLoses, RecordsAndTheProfileSaysSo) {
  TinyTraining training(tested_gpu(), {.rule = "own"}, 24);
  simulated_cuda::lost_records = 3;
  EXPECT_TRUE(refuses<Error>(
      [&] {
        measure(training.program, {.steps = 2, .peaks = PeaksSource::none}, [&] { return training.begin_epoch(); });
      },
      {"CUPTI lost 3 records"}));
}

INSTANTIATE_TEST_SUITE_P(ByTheIdOf, SimulatedCupti, testing::Bool(),
                         [](const auto& info) { return info.param ? "Clones" : "Originals"; });

}  // namespace
}  // namespace gs::test
