// tuner_race_test.cpp - timing by the autotuner, on a device with a simulated clock: each launch has a cost, and a
// replay's first launch takes much longer, as on a GPU.
#include <algorithm>
#include <cstring>
#include <map>
#include <utility>

#include "tests/support/doubling.h"
#include "tests/support/small_device.h"

namespace gs::test {
namespace {

constexpr double launch_us = 10;

/// Calls of a candidate: in total, and in each launch of its replays.
struct Seen {
  int calls = 0;
  std::vector<int> calls_of_launches;
};

/// A cpu with a simulated clock.
class ColdDevice : public SmallDevice {
 public:
  ColdDevice() : SmallDevice(open_device({.name = "cpu", .threads = 1}), 0) {}

  double now_us = 0, cold_us = 0;
  std::map<std::string, Seen> seen;

  using Device::capture;
  std::unique_ptr<Replay> capture(std::vector<GraphCall> calls) override {
    return std::make_unique<ColdReplay>(*this, SmallDevice::capture(std::move(calls)));
  }

 private:
  class ColdReplay : public Replay {
   public:
    ColdReplay(ColdDevice& device, std::unique_ptr<Replay> inner) : device_(device), inner_(std::move(inner)) {}
    void run() override {
      const std::map<std::string, Seen> before = device_.seen;
      device_.now_us += launch_us + std::exchange(cold_us_, 0);
      inner_->run();
      for (auto& [name, seen] : device_.seen)
        if (const int calls = seen.calls - before.at(name).calls) seen.calls_of_launches.push_back(calls);
    }

   private:
    ColdDevice& device_;
    std::unique_ptr<Replay> inner_;
    double cold_us_ = device_.cold_us;
  };
};

class Race : public Doubling {
 protected:
  Race() { device.reset(&cold); }

  Candidate taking(const std::string& name, double us) {
    cold.seen[name];
    Candidate made = candidate(name, 1);
    made.run = [this, name, us, run = made.run](const Addresses& at, void* workspace, stream_t s) {
      run(at, workspace, s);
      ++cold.seen[name].calls;
      cold.now_us += us;
    };
    return made;
  }
  std::size_t choose(const std::vector<Candidate>& candidates) {
    cache = std::make_unique<TuningCache>(std::nullopt, "here");
    Tuner tuner(*device, *cache, [this] { return cold.now_us; });
    return tuner.choose("doubling", step, tensors, candidates);
  }
  const CandidateTime& time(std::size_t index) { return cache->find("doubling")->times.at(index); }

  ColdDevice& cold = *new ColdDevice;  ///< owned by `device`
  std::unique_ptr<TuningCache> cache;
};

TEST_F(Race, MeasurementsOfAllHaveTheSameNumberOfCalls) {
  for (const double cold_us : {0.0, 150.0, 20e3}) {
    SCOPED_TRACE(cold_us);
    cold.cold_us = cold_us;
    cold.seen.clear();
    EXPECT_EQ(choose({taking("a", 3), taking("b", 3.2), taking("c", 8)}), 0u);
    for (const auto& [name, seen] : cold.seen) {
      const std::vector<int>& launches = seen.calls_of_launches;
      EXPECT_EQ(launches.back(), 50) << name;
      EXPECT_GE(std::count(launches.begin(), launches.end(), 50), 15) << name;
    }
    for (const auto& [index, us] : std::map<std::size_t, double>{{0, 3}, {1, 3.2}, {2, 8}}) {
      EXPECT_NEAR(time(index).median_us, us + launch_us / 50, 1e-6) << "the same share of a launch";
      EXPECT_NEAR(time(index).high_us, time(index).low_us, 1e-6) << "no first launch among them";
    }
  }
}

TEST_F(Race, ACandidateThatCountsInItsWorkspaceHasOneOfItsOwn) {
  Candidate counts = taking("counts", 3), writes = taking("writes", 3);
  counts.counts_in_workspace = true;
  counts.run = [run = counts.run, times = 0](const Addresses& at, void* workspace, stream_t s) mutable {
    run(at, workspace, s);
    int* const counter = static_cast<int*>(workspace);
    EXPECT_EQ(*counter, times) << "zero at first, then as it left it";
    *counter = ++times;
  };
  writes.run = [run = writes.run](const Addresses& at, void* workspace, stream_t s) {
    run(at, workspace, s);
    std::memset(workspace, 0xFF, 64);
  };
  choose({counts, writes});
  EXPECT_GT(cold.seen["counts"].calls, 1);
}

TEST_F(Race, ASmallDifferenceOfSmallKernelsIsSeen) {
  cold.cold_us = 5e3;
  EXPECT_EQ(choose({taking("default", 3.1), taking("a little faster", 3), taking("slower", 3.3)}), 1u);
}

TEST_F(Race, EqualOnesLeaveTheDefault) {
  cold.cold_us = 5e3;
  EXPECT_EQ(choose({taking("default", 3), taking("other", 3)}), 0u);
}

TEST_F(Race, AMeasurementIsLongEnoughAndNoLonger) {
  EXPECT_EQ(choose({taking("a", 50), taking("b", 60)}), 0u);
  EXPECT_EQ(cold.seen["a"].calls_of_launches.back(), 4);
  EXPECT_EQ(cold.seen["b"].calls_of_launches.back(), 4);
  choose({taking("long", 5000), taking("longer", 6000)});
  EXPECT_EQ(cold.seen["long"].calls_of_launches.back(), 1);
}

TEST_F(Race, AHopelessOneIsCalledAFewTimesOnly) {
  EXPECT_EQ(choose({taking("default", 3), taking("a loop", 10e3)}), 0u);
  EXPECT_LE(cold.seen["a loop"].calls, 5) << "the check, a first launch, and 20 ms of launches";
  EXPECT_NEAR(time(1).median_us, 10e3 + launch_us, 1e-6);
  EXPECT_EQ(time(1).refused, "");
}

TEST_F(Race, AHopelessDefaultIsMeasuredAsTheOthersAre) {
  EXPECT_EQ(choose({taking("default", 100), taking("fast", 3)}), 1u);
  EXPECT_EQ(cold.seen["default"].calls_of_launches.back(), cold.seen["fast"].calls_of_launches.back());
}

TEST_F(Race, ManyCandidatesShareOneBudget) {
  std::vector<Candidate> many;
  for (int i = 0; i < 20; ++i) many.push_back(taking("candidate " + std::to_string(i), 20e3));
  EXPECT_EQ(choose(many), 0u);
  for (const auto& [name, seen] : cold.seen)
    EXPECT_LE(seen.calls, 6) << name << ": the check, a first launch, an estimate, three rounds";
}

}  // namespace
}  // namespace gs::test
