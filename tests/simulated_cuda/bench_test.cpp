// bench_test.cpp - `gridstride bench` on a cuda device whose runtime is simulated: measurements are whole epochs.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/apps/program.h"

namespace gs::test {
namespace {

nlohmann::json benched(const std::vector<std::string>& more) {
  const ScratchFolder folder;
  std::vector<std::string> words{"bench", "mlp:4:1",   "--device", "cuda",  "--impl",
                                 "own",   "--seconds", "0.01",     "--json"};
  words.insert(words.end(), more.begin(), more.end());
  const Outcome outcome = run_program(folder.path(), words);
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  return nlohmann::json::parse(outcome.out)["cases"][0];
}

TEST(BenchOnSimulatedCuda, ExactlyTheStepsThatAreAskedFor) {
  for (const char* loops : {"", "--epoch-loop"}) {
    std::vector<std::string> words{"--steps", "12"};
    if (*loops) words.emplace_back(loops);
    const nlohmann::json c = benched(words);
    EXPECT_EQ(c["steps"], 12) << loops;
    // A slow simulator measures 10 steps at a time, perhaps fewer in the last measurement; a fast one all 12.
    const int each = c["steps_per_measurement"], measured = c["measurements"];
    EXPECT_GE(each, 10);
    EXPECT_LE(each, 12);
    EXPECT_EQ(measured, (12 + each - 1) / each);
    EXPECT_GT(c["median_us"].get<double>(), 0);
  }
}

TEST(BenchOnSimulatedCuda, OneStepIsOneMeasurement) {
  const nlohmann::json c = benched({"--steps", "1"});
  EXPECT_EQ(c["steps"], 1);
  EXPECT_EQ(c["measurements"], 1);
  EXPECT_EQ(c["steps_per_measurement"], 1);
}

}  // namespace
}  // namespace gs::test
