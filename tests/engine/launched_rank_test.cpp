// launched_rank_test.cpp - the variables by which launchers tell a process its number.
#include <gtest/gtest.h>

#include <cstdlib>

#include "engine/ranks/ranks.h"

namespace gs {
namespace {

/// A variable of the environment while it lives.
class Variable {
 public:
  Variable(const char* name, const char* value) : name_(name) { setenv(name, value, 1); }
  ~Variable() { unsetenv(name_); }

 private:
  const char* name_;
};

TEST(LaunchedRank, IsAloneWithoutALauncher) {
  EXPECT_EQ(launched_rank().rank, 0);
  EXPECT_EQ(launched_rank().size, 1);
  EXPECT_EQ(join_ranks(), nullptr);
}

TEST(LaunchedRank, IsReadFromEachLaunchersVariables) {
  for (const auto& [rank_name, size_name] :
       {std::pair("OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE"), std::pair("PMI_RANK", "PMI_SIZE"),
        std::pair("SLURM_PROCID", "SLURM_STEP_NUM_TASKS")}) {
    const Variable rank(rank_name, "2"), size(size_name, "3");
    EXPECT_EQ(launched_rank().rank, 2) << rank_name;
    EXPECT_EQ(launched_rank().size, 3) << size_name;
  }
}

TEST(LaunchedRank, IgnoresValuesThatMakeNoSense) {
  for (const auto& [number, count] :
       {std::pair("3", "3"), std::pair("-1", "3"), std::pair("x", "3"), std::pair("0", "")}) {
    const Variable rank("SLURM_PROCID", number), size("SLURM_STEP_NUM_TASKS", count);
    EXPECT_EQ(launched_rank().size, 1) << number << " of " << count;
  }
}

}  // namespace
}  // namespace gs
