// cupti_test.cpp - records find their ops, whichever of a node's two ids they carry.
#include "tests/simulated_cuda/cupti.h"

#include <gtest/gtest.h>

#include "engine/profile/profiler.h"
#include "tests/support/tested_targets.h"
#include "tests/support/tiny_training.h"

namespace gs::test {
namespace {

TEST(SimulatedCupti, RecordsFindTheirOpsByEitherId) {
  for (const bool clones : {true, false}) {
    simulated_cuda::records_carry_clones = clones;
    TinyTraining training(tested_gpu(), {.rule = "own"}, 24);
    const Profile profile =
        measure(training.program, {.steps = 5, .roof = RoofSource::none}, [&] { return training.begin_epoch(); });
    ASSERT_EQ(profile.source, TimeSource::cupti) << profile.source_note;
    const std::vector<int> kernels = training.program.kernels_of_steps();
    for (std::size_t i = 0; i < profile.ops.size(); ++i)
      EXPECT_EQ(profile.ops[i].launches, kernels[i]) << profile.ops[i].name << (clones ? ", clones" : ", originals");
  }
  simulated_cuda::records_carry_clones = true;
}

}  // namespace
}  // namespace gs::test
