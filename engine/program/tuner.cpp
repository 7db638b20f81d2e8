// tuner.cpp - checks candidates (tuning_check.h), times them (tuning_race.h), and selects one.
#include "engine/program/tuner.h"

#include <algorithm>
#include <chrono>
#include <optional>

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/core/quantile.h"
#include "engine/device/machine_lock.h"
#include "engine/program/tuning_check.h"
#include "engine/program/tuning_race.h"
#include "kernels/common/check.h"

namespace gs {
namespace {

/// The refused candidates of one op call, each with its reason.
class Refusals {
 public:
  Refusals(Device& device, const std::string& problem, const OpCall& step, std::vector<CandidateTime>& times)
      : device_(device), problem_(problem), step_(step.name), times_(times) {}

  /// Runs what() for the candidate; if it throws, refuses the candidate and returns false.
  bool attempt(std::size_t index, const std::function<void()>& what) {
    try {
      what();
      return true;
    } catch (const std::exception& error) {
      check_device(times_[index].name, error.what());
      refuse(index, fmt::format("does not run: {}", error.what()));
      return false;
    }
  }
  void refuse(std::size_t index, std::string why) {
    times_[index].refused = std::move(why);
    std::vector<std::string> all;
    for (const CandidateTime& t : times_) {
      if (t.refused.empty()) return;
      all.push_back(t.name + " " + t.refused);
    }
    throw Error(fmt::format("{}: none of the {} implementations of {} can be used: {}", step_, all.size(), problem_,
                            fmt::join(all, "; ")));
  }

 private:
  /// A failing candidate is only refused, unless its failure made the GPU unusable for this process: then throws Error.
  void check_device(const std::string& candidate, const char* error) {
    try {
      device_.synchronize();
    } catch (const std::exception& lost) {
      throw Error(
          fmt::format("{}: the implementation {} of {} has left the device unusable, so no other can be tried in "
                      "this process: {} (then: {}); choose another one for this call: --impl \"{}=NAME\"",
                      step_, candidate, problem_, error, lost.what(), step_));
    }
  }

  Device& device_;
  const std::string& problem_;
  const std::string& step_;
  std::vector<CandidateTime>& times_;
};

/// The order in which candidates are checked: the first valid one is the reference for the others.
std::vector<std::size_t> plainest_first(const std::vector<Candidate>& candidates) {
  std::vector<std::size_t> order;
  for (std::size_t i = candidates.size(); i-- > 0;)
    if (candidates[i].own && !candidates[i].has_fewer_products) order.push_back(i);
  for (std::size_t i = 0; i < candidates.size(); ++i)
    if (!candidates[i].own || candidates[i].has_fewer_products) order.push_back(i);
  return order;
}

}  // namespace

double microseconds_by_the_clock() {
  return std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

std::size_t Tuner::choose(const std::string& problem, const OpCall& step, const std::vector<Tensor>& tensors,
                          const std::vector<Candidate>& candidates) {
  const auto index_of_known = [&]() -> std::size_t {
    const TuningResult* known = cache_.find(problem);
    if (!known) return candidates.size();
    const auto named = [&](const Candidate& c) { return c.name == known->chosen; };
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
    const ExclusiveMachineLock lock;
    cache_.put(problem, measure(problem, step, tensors, candidates));
    index = index_of_known();
  }
  steps_.push_back({step.name, problem, *cache_.find(problem), was_known});
  return index;
}

TuningResult Tuner::measure(const std::string& problem, const OpCall& step, const std::vector<Tensor>& tensors,
                            const std::vector<Candidate>& candidates) {
  TuningResult result;
  result.date = fmt::format("{:%Y-%m-%d}", fmt::gmtime(std::chrono::system_clock::now()));
  for (const Candidate& c : candidates) result.times.push_back({.name = c.name, .refused = ""});
  Refusals refusals(device_, problem, step, result.times);

  TuningScratch scratch(device_, step, tensors);
  std::optional<std::vector<float>> expected;
  for (const std::size_t i : plainest_first(candidates)) {
    std::vector<float> results;
    if (!refusals.attempt(i, [&] { results = scratch.results_of(candidates[i]); })) continue;
    if (std::string why = objection(results, expected ? &*expected : nullptr); !why.empty())
      refusals.refuse(i, std::move(why));
    else if (!expected)
      expected = std::move(results);
  }

  std::vector<TuningRunner> runners;
  for (std::size_t i = 0; i < candidates.size(); ++i)
    if (result.times[i].refused.empty()) runners.push_back({&candidates[i], i});
  race(runners, device_, scratch, now_,
       [&](std::size_t i, const std::function<void()>& what) { return refusals.attempt(i, what); });

  const CandidateTime* best = nullptr;
  for (const TuningRunner& runner : runners) {
    CandidateTime& time = result.times[runner.index];
    time.low_us = quantile(runner.us, 0.25);
    time.median_us = median(runner.us);
    time.high_us = quantile(runner.us, 0.75);
    const CandidateTime& first = result.times[runners.front().index];
    if (!best || (time.high_us < first.low_us && (best == &first || time.median_us < best->median_us))) best = &time;
  }
  result.chosen = best->name;
  return result;
}

}  // namespace gs
