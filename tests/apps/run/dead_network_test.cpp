// dead_network_test.cpp - a network whose ReLUs are all silent is reported, one that trains is not.
#include "tests/apps/program.h"

#include <gtest/gtest.h>

namespace gs::test {
namespace {

/// A narrow LeNet's hidden ReLUs are silent from the start, or soon after, for about half the seeds.
TEST(DeadNetwork, IsReportedAndALivingOneIsNot) {
  const ScratchFolder folder;
  const auto train = [&](const std::string& seed) {
    return run_program(folder.path(), {"train", "lenet", "--base", "8", "--lr", "1e-3", "--seed", seed, "--epochs", "8",
                                       "--train-size", "200", "--val-size", "40", "--out", "run" + seed});
  };
  const Outcome dead = train("2"), alive = train("1");
  EXPECT_EQ(dead.status, 0) << dead.err;
  EXPECT_NE((dead.out + dead.err).find("all of its ReLUs are silent"), std::string::npos) << dead.out << dead.err;
  EXPECT_NE(dead.out.find("Dead: all"), std::string::npos) << dead.out;
  EXPECT_EQ((alive.out + alive.err).find("all of its ReLUs are silent"), std::string::npos) << alive.out;
  EXPECT_EQ(alive.out.find("Dead: all"), std::string::npos) << alive.out;
}

}  // namespace
}  // namespace gs::test
