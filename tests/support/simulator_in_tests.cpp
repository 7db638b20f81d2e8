// simulator_in_tests.cpp - in every test program: GRIDSTRIDE_SIM_RANDOM_ORDER=SEED runs the simulator's threads in
// random order, and a test after which the race checker has reports has failed.
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

// Leaks are not what the AddressSanitizer build looks for (and its search stops under a debugger).
extern "C" const char* __asan_default_options() {
  return "detect_leaks=0";
}
