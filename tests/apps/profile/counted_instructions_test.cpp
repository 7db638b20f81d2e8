// counted_instructions_test.cpp - instructions counted elsewhere, in the profile of a GPU.
#include "apps/profile/counted_instructions.h"

#include <gtest/gtest.h>

#include "engine/core/error.h"
#include "engine/profile/analysis.h"
#include "tests/support/errors.h"
#include "tests/support/made_profile.h"

namespace gs::test {
namespace {

/// The step of made_gpu_profile() as it is counted on ptx: of its op 1, 123 instructions that need `issue_us`.
Profile counted_profile(double issue_us) {
  Profile p = made_gpu_profile();
  p.device = "ptx";
  p.source = TimeSource::instructions;
  p.ops[1].instructions = InstructionCounts{.warp = 123};
  p.ops[1].bound_on_h200 = OpBound{.issue_us = issue_us, .kernels_us = issue_us};
  return p;
}

TEST(CountedInstructions, ArePartOfTheLeastTimeOfTheSameImplementation) {
  Profile measured = made_gpu_profile();
  const double without = analyse(measured, measured.ops[1]).peak_us;
  Profile counted = counted_profile(10 * without);
  counted.ops[2].implementation = "another";
  apps::add_instructions(measured, counted, "counted.json");
  EXPECT_EQ(measured.ops[1].instructions->warp, 123);
  EXPECT_DOUBLE_EQ(analyse(measured, measured.ops[1]).peak_us, 10 * without);
  EXPECT_FALSE(measured.ops[2].instructions);
  EXPECT_NE(measured.source_note.find("ran other implementations than in counted.json"), std::string::npos)
      << measured.source_note;
}
TEST(CountedInstructions, OfAnotherStepAreRefused) {
  const auto refused = [](const Profile& counted, const std::vector<std::string>& parts) {
    return refuses<UsageError>(
        [&] {
          Profile measured = made_gpu_profile();
          apps::add_instructions(measured, counted, "counted.json");
        },
        parts);
  };
  EXPECT_TRUE(refused(made_gpu_profile(), {"counted.json counts no instructions", "--device ptx"}));
  Profile other = counted_profile(1);
  other.batch += 1;
  EXPECT_TRUE(refused(other, {"counted.json is of another step", "batch " + std::to_string(other.batch)}));
}

}  // namespace
}  // namespace gs::test
