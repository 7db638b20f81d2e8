// simulator_in_tests.cpp - part of every test program: GRIDSTRIDE_SIM_RANDOM_ORDER=SEED makes the simulator run threads
// in random order, and a test fails if the race checker has reports after it.
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "kernels/sim/simulator.h"

namespace {

class SimulatorListener : public ::testing::EmptyTestEventListener {
  void OnTestStart(const ::testing::TestInfo&) override {
    if (const char* seed = std::getenv("GRIDSTRIDE_SIM_RANDOM_ORDER")) {
      gs::simulator::options().random_order = true;
      gs::simulator::options().seed = std::strtoull(seed, nullptr, 10);
    }
  }
  void OnTestEnd(const ::testing::TestInfo&) override {
    for (const gs::simulator::Report& report : gs::simulator::take_reports()) ADD_FAILURE() << report.text;
  }
};

[[maybe_unused]] const bool installed = [] {
  ::testing::UnitTest::GetInstance()->listeners().Append(new SimulatorListener);  // gtest deletes it
  return true;
}();

}  // namespace

// No leak detection: the AddressSanitizer build does not test for leaks, and the search fails under a debugger.
extern "C" const char* __asan_default_options() {
  return "detect_leaks=0";
}
