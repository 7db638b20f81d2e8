// synchronisation_test.cpp - every broken kernel that the runtime itself must catch, with its message, in any order of
// threads; and the corrected ones, which must pass.
#include <gtest/gtest.h>

#include <map>
#include <regex>
#include <string>
#include <vector>

#include "kernels/sim/simulator.h"
#include "tests/sim/cases.h"
#include "tests/sim/marks.h"

namespace {

using gs::BrokenCase;
using gs::test::marked;

std::string place(const std::string& mark) {
  return marked(mark);
}

/// Pattern of each case's message, after "kernel NAME<true> (launched at ...), block (0,0,0): ".
std::map<std::string_view, std::string> expected_messages() {
  return {
      {"skipped_barrier",
       "threads have exited without reaching a __syncthreads that others wait at: .*63 at "
       "__syncthreads " +
           place("skipped_barrier: barrier") +
           ", first \\(\\d+,0,0\\).*"
           "|.*1 exited, first \\(5,0,0\\).*"},
      {"different_barriers", "threads of one block meet at different __syncthreads: (40 at __syncthreads " +
                                 place("different_barriers: first") + ", first \\(0,0,0\\); 24 at __syncthreads " +
                                 place("different_barriers: second") + ", first \\(40,0,0\\))"},
      {"lane_not_in_mask", "the warp operation at " + place("lane_not_in_mask: shuffle") +
                               ": thread \\(\\d+,0,0\\) is not in its own mask"},
      {"shuffle_from_absent_lane", "the shuffle at " + place("shuffle_from_absent_lane: shuffle") +
                                       ": thread \\((15|47),0,0\\) reads lane 16, which does not take part"},
      {"divergent_shuffle", "deadlock: its threads wait for each other in different places: 32 at the warp operation " +
                                place("divergent_shuffle: shuffle") + ", first \\(0,0,0\\); 32 at __syncthreads " +
                                place("divergent_shuffle: barrier") + ", first \\(16,0,0\\)"},
      {"exit_while_warp_waits",
       "threads have exited that a warp operation names in its mask: .*at the warp operation " +
           place("exit_while_warp_waits: vote") + ".*1 exited, first \\(7,0,0\\).*"},
      {"exit_before_warp_arrives",
       "threads have exited that a warp operation names in its mask: .*1 exited, first \\(0,0,0\\).*at the warp "
       "operation " +
           place("exit_before_warp_arrives: sync") + ".*"},
      {"different_warp_operations", "lanes of one warp meet in different warp operations: .*at the warp operation " +
                                        place("different_warp_operations: sync") + ".*at the warp operation " +
                                        place("different_warp_operations: shuffle") + ".*"},
      {"never_waits", "thread \\(3,0,0\\) ended without dependency_wait\\(\\).*"},
  };
}

class Synchronisation : public ::testing::TestWithParam<std::uint64_t> {
 protected:
  void SetUp() override {
    if (GetParam()) gs::simulator::options() = {.random_order = true, .seed = GetParam()};
  }
  void TearDown() override { gs::simulator::options() = {}; }
};

TEST_P(Synchronisation, every_broken_kernel_is_caught_with_its_message) {
  const auto messages = expected_messages();
  ASSERT_EQ(messages.size(), gs::sim::cases_the_runtime_catches().size());
  for (const BrokenCase& c : gs::sim::cases_the_runtime_catches()) {
    SCOPED_TRACE(std::string(c.name));
    std::vector<float> memory(256, 0.0f);
    try {
      c.run(memory.data(), nullptr, true);
      ADD_FAILURE() << "not caught";
    } catch (const gs::simulator::SimError& error) {
      const std::string pattern = "kernel " + std::string(c.name) +
                                  "<true> \\(launched at broken_case\\.h:\\d+\\), block \\(0,0,0\\): (" +
                                  messages.at(c.name) + ")";
      EXPECT_TRUE(std::regex_match(error.what(), std::regex(pattern))) << error.what() << "\n" << pattern;
    }
    c.run(memory.data(), nullptr, false);  // the next launch works, and the correction is accepted
  }
}

INSTANTIATE_TEST_SUITE_P(, Synchronisation, ::testing::Values(0, 1, 2, 3, 4, 5), [](const auto& info) {
  return info.param ? "seed_" + std::to_string(info.param) : std::string("ascending");
});

}  // namespace
