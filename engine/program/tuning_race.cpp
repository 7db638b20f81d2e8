// tuning_race.cpp - a few warm calls of each candidate fix the calls per measurement; then the timed rounds.
#include "engine/program/tuning_race.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>

namespace gs {
namespace {

constexpr int rounds = 15, least_rounds = 3;
constexpr double budget_us = 0.5e6;  // for one op call, all its candidates together
constexpr double sample_us = 200;    // least length of the fastest candidate's measurement
constexpr int most_calls = 50;       // per measurement
constexpr double hopeless = 3;       // a candidate slower than this multiple of the fastest is not timed further
constexpr std::size_t few = 5;       // launches per estimate, or fewer ...
constexpr double few_us = 20e3;      // ... if they have taken that long

double shortest(const std::vector<double>& values) {
  return *std::min_element(values.begin(), values.end());
}

class Race {
 public:
  Race(std::vector<TuningRunner>& runners, Device& device, const TuningScratch& scratch, const Stopwatch& now,
       const TuningAttempt& attempt)
      : runners_(runners), device_(device), scratch_(scratch), now_(now), attempt_(attempt) {}

  void run() {
    each([&](TuningRunner& r) {
      capture(r, 1);
      r.us = estimate(r);
    });
    const int calls = calls_in_a_measurement();
    std::vector<TuningRunner> slow = take_out_hopeless();
    each([&](TuningRunner& r) {
      capture(r, calls);
      r.us.clear();
    });
    run_rounds();
    std::move(slow.begin(), slow.end(), std::back_inserter(runners_));
    std::sort(runners_.begin(), runners_.end(), [](const auto& a, const auto& b) { return a.index < b.index; });
  }

 private:
  /// Drops runners for which `what` fails.
  void each(const std::function<void(TuningRunner&)>& what) {
    std::erase_if(runners_, [&](TuningRunner& r) { return !attempt_(r.index, [&] { what(r); }); });
  }
  TuningRunner& fastest_runner() {
    return *std::min_element(runners_.begin(), runners_.end(), [](const TuningRunner& a, const TuningRunner& b) {
      return shortest(a.us) < shortest(b.us);
    });
  }

  double launch(TuningRunner& r) {
    const double start = now_();
    r.replay->run();
    device_.synchronize();
    return now_() - start;
  }
  /// Captures `calls` calls and runs the first launch, which is not measured.
  void capture(TuningRunner& r, int calls) {
    if (r.calls == calls) return;
    r.calls = calls;
    r.replay = device_.capture([&device = device_, &scratch = scratch_, candidate = r.candidate, calls] {
      for (int i = 0; i < calls; ++i) candidate->run(scratch.at(), scratch.workspace(*candidate), device.stream());
    });
    launch(r);
  }
  std::vector<double> estimate(TuningRunner& r) {
    std::vector<double> us;
    const double start = now_();
    do us.push_back(launch(r));
    while (us.size() < few && now_() - start < few_us);
    return us;
  }

  /// The number with which a measurement of the fastest lasts sample_us. Launch overhead dominates a single call but is
  /// paid once per measurement, so the estimate is repeated with the number that the last one suggests.
  int calls_in_a_measurement() {
    int calls = 1;
    double us = shortest(fastest_runner().us);
    while (us < sample_us && calls < most_calls) {
      calls = int(std::clamp(std::ceil(calls * sample_us / std::max(us, 1e-3)), calls + 1.0, double(most_calls)));
      TuningRunner& r = fastest_runner();
      const auto again = [&] {
        capture(r, calls);
        us = shortest(estimate(r));
      };
      if (!attempt_(r.index, again)) runners_.erase(runners_.begin() + (&r - runners_.data()));
    }
    return calls;
  }

  std::vector<TuningRunner> take_out_hopeless() {
    const double fastest = shortest(fastest_runner().us);
    const auto in_the_race = [&](const TuningRunner& r) { return shortest(r.us) <= hopeless * fastest; };
    const auto others = std::stable_partition(runners_.begin() + 1, runners_.end(), in_the_race);
    std::vector<TuningRunner> hopeless_ones(std::make_move_iterator(others), std::make_move_iterator(runners_.end()));
    runners_.erase(others, runners_.end());
    return hopeless_ones;
  }

  /// Candidates alternate, so that other load on the machine affects all of them alike.
  void run_rounds() {
    const double start = now_();
    double fastest = std::numeric_limits<double>::infinity();
    for (int round = 0; round < rounds && (round < least_rounds || now_() - start < budget_us); ++round) {
      if (runners_.empty()) return;
      each([&, first = runners_.front().index](TuningRunner& r) {
        if (round >= least_rounds && r.index != first && shortest(r.us) > hopeless * fastest) return;
        r.us.push_back(launch(r) / r.calls);
        fastest = std::min(fastest, r.us.back());
      });
    }
  }

  std::vector<TuningRunner>& runners_;
  Device& device_;
  const TuningScratch& scratch_;
  const Stopwatch& now_;
  const TuningAttempt& attempt_;
};

}  // namespace

void race(std::vector<TuningRunner>& runners, Device& device, const TuningScratch& scratch, const Stopwatch& now,
          const TuningAttempt& attempt) {
  Race(runners, device, scratch, now, attempt).run();
}

}  // namespace gs
