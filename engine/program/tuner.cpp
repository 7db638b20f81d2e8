// tuner.cpp - scratch tensors with random numbers, a check of each candidate's results, then the clock.
#include "engine/program/tuner.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "engine/core/quantile.h"
#include "engine/core/random.h"
#include "engine/device/turns.h"
#include "kernels/common/check.h"

namespace gs {
namespace {

using Clock = std::chrono::steady_clock;
double microseconds_since(Clock::time_point start) {
  return std::chrono::duration<double, std::micro>(Clock::now() - start).count();
}

constexpr int rounds = 15, least_rounds = 3;
constexpr double budget_us = 0.5e6;  // for one step, all its candidates together
constexpr double sample_us = 200;    // calls are repeated until a measurement is at least this long
constexpr int most_repeats = 50;
constexpr double hopeless = 3;          // times the fastest: not measured further
constexpr double allowed_error = 1e-2;  // of the largest value: tf32 and other orders of summing differ by less

/// Device memory for all tensors of a step, the read ones filled with numbers of both signs.
class Scratch {
 public:
  Scratch(Device& device, const Step& step, const std::vector<Tensor>& tensors, std::size_t workspace_bytes)
      : device_(device), workspace_(device, std::max<std::size_t>(workspace_bytes, 256)) {
    at_.of.assign(tensors.size(), nullptr);
    for (const TensorId id : step.reads)
      if (add(id, tensors) > 0) fill(id, tensors[std::size_t(id)]);
    for (const TensorId id : step.writes)
      if (add(id, tensors) > 0) written_.push_back({id, tensors[std::size_t(id)]});
  }

  const Addresses& at() const { return at_; }
  void* workspace() const { return workspace_.data(); }

  /// All written tensors, after one call that began with zeros in them.
  std::vector<float> results_of(const TuningCandidate& candidate) {
    for (const Written& w : written_) device_.fill_zero(at_[w.id], w.tensor.bytes);
    candidate.run(at_, workspace(), device_.stream());
    std::vector<float> all;
    for (const Written& w : written_)
      with_type_of(w.tensor.storage, [&]<class T>(T) {
        std::vector<T> values(w.tensor.bytes / sizeof(T));
        device_.download(values.data(), at_[w.id], w.tensor.bytes);
        for (const T v : values) all.push_back(widened(v));
      });
    return all;
  }

 private:
  std::size_t add(TensorId id, const std::vector<Tensor>& tensors) {
    if (id == no_tensor || at_[id]) return 0;
    memory_.emplace_back(device_, tensors[std::size_t(id)].bytes);
    at_.of[std::size_t(id)] = memory_.back().data();
    return tensors[std::size_t(id)].bytes;
  }
  void fill(TensorId id, const Tensor& tensor) {
    RandomStream random(std::uint64_t(id), RandomPurpose::tuning);
    with_type_of(tensor.storage, [&]<class T>(T) {
      std::vector<T> values(tensor.bytes / sizeof(T));
      for (T& v : values) v = rounded<T>(2 * random.uniform() - 1);
      device_.upload(at_[id], values.data(), values.size() * sizeof(T));
    });
  }

  struct Written {
    TensorId id;
    Tensor tensor;
  };

  Device& device_;
  Memory workspace_;
  std::vector<Memory> memory_;
  std::vector<Written> written_;
  Addresses at_;
};

/// Empty, or why the results cannot be right.
std::string objection(const std::vector<float>& results, const std::vector<float>& expected) {
  double largest = 0, error = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    if (!std::isfinite(results[i])) return "writes NaN or Inf";
    largest = std::max(largest, double(std::abs(expected[i])));
    error = std::max(error, double(std::abs(results[i] - expected[i])));
  }
  if (error <= allowed_error * largest) return "";
  return fmt::format("differs by {:.2g} of the largest value", error / largest);
}

/// What a library offers may still fail on the device: one way fewer, not the end of the run.
std::string does_not_run(const Error& error) {
  return fmt::format("does not run: {}", error.what());
}
std::string objection_to(Scratch& scratch, const TuningCandidate& candidate, const std::vector<float>& expected) {
  try {
    return objection(scratch.results_of(candidate), expected);
  } catch (const Error& error) {
    return does_not_run(error);
  }
}

/// One candidate in the race.
struct Runner {
  const TuningCandidate* candidate;
  std::size_t index;
  int repeats = 1;
  std::unique_ptr<Replay> replay;
  std::vector<double> us;
};

double run_once(Device& device, Runner& runner) {
  const auto start = Clock::now();
  runner.replay->run();
  device.synchronize();
  return microseconds_since(start) / runner.repeats;
}

/// A sequence of as many calls as make one measurement long enough for the clock.
void prepare(Device& device, const Scratch& scratch, Runner& runner) {
  const auto capture = [&](int repeats) {
    runner.repeats = repeats;
    runner.replay = device.capture([&device, &scratch, &runner] {
      for (int i = 0; i < runner.repeats; ++i)
        runner.candidate->run(scratch.at(), scratch.workspace(), device.stream());
    });
  };
  capture(1);
  const double us = run_once(device, runner);
  if (const int repeats = int(std::clamp(sample_us / us, 1.0, double(most_repeats))); repeats > 1) capture(repeats);
}

}  // namespace

std::size_t Tuner::choose(const std::string& problem, const Step& step, const std::vector<Tensor>& tensors,
                          const std::vector<TuningCandidate>& candidates) {
  const auto index_of_known = [&]() -> std::size_t {
    const TuningResult* known = cache_.find(problem);
    if (!known) return candidates.size();
    const auto named = [&](const TuningCandidate& c) { return c.name == known->chosen; };
    return std::size_t(std::find_if(candidates.begin(), candidates.end(), named) - candidates.begin());
  };
  std::size_t index = index_of_known();
  bool was_known = index < candidates.size();
  if (!was_known) {
    cache_.lock();  // until the program is compiled; another process may have measured while this one waited
    index = index_of_known();
    was_known = index < candidates.size();
  }
  if (!was_known) {
    const MeasuringTurn alone;
    cache_.put(problem, measure(step, tensors, candidates));
    index = index_of_known();
  }
  steps_.push_back({step.name, problem, *cache_.find(problem), was_known});
  return index;
}

TuningResult Tuner::measure(const Step& step, const std::vector<Tensor>& tensors,
                            const std::vector<TuningCandidate>& candidates) {
  TuningResult result;
  result.date = fmt::format("{:%Y-%m-%d}", fmt::gmtime(std::chrono::system_clock::now()));
  std::size_t workspace = 0;
  for (const TuningCandidate& c : candidates) workspace = std::max(workspace, c.workspace_bytes);
  Scratch scratch(device_, step, tensors, workspace);

  const std::vector<float> expected = scratch.results_of(candidates.front());
  std::vector<Runner> runners;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const std::string refused = i == 0 ? "" : objection_to(scratch, candidates[i], expected);
    result.times.push_back({.name = candidates[i].name, .refused = refused});
    if (refused.empty()) runners.push_back({&candidates[i], i, 1, nullptr, {}});
  }
  std::erase_if(runners, [&](Runner& runner) {
    try {
      prepare(device_, scratch, runner);
      return false;
    } catch (const Error& error) {
      if (runner.index == 0) throw;
      result.times[runner.index].refused = does_not_run(error);
      return true;
    }
  });

  // In turns, so that whatever else the machine does meets all of them alike.
  const auto start = Clock::now();
  double fastest = std::numeric_limits<double>::infinity();
  for (int round = 0; round < rounds && (round < least_rounds || microseconds_since(start) < budget_us); ++round)
    for (Runner& runner : runners) {
      if (round >= least_rounds && runner.us.front() > hopeless * fastest && runner.index != 0) continue;
      runner.us.push_back(run_once(device_, runner));
      fastest = std::min(fastest, runner.us.back());
    }

  std::size_t best = 0;
  for (const Runner& runner : runners) {
    CandidateTime& time = result.times[runner.index];
    time.low_us = quantile(runner.us, 0.25);
    time.median_us = median(runner.us);
    time.high_us = quantile(runner.us, 0.75);
    if (time.high_us < result.times.front().low_us && (best == 0 || time.median_us < result.times[best].median_us))
      best = runner.index;
  }
  result.chosen = candidates[best].name;
  return result;
}

}  // namespace gs
