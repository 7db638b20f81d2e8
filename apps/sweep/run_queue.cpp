// run_queue.cpp - looks at the folders in the order of the list.
#include "apps/sweep/run_queue.h"

#include <algorithm>
#include <utility>

namespace gs::apps {
namespace {

constexpr std::chrono::milliseconds first_pause{50}, longest_pause{2000};

}  // namespace

RunQueue::RunQueue(const std::vector<NamedRun>& runs, const std::vector<std::size_t>& indices,
                   EndedElsewhere ended_elsewhere)
    : runs_(runs), ended_elsewhere_(std::move(ended_elsewhere)) {
  for (const std::size_t i : indices) {
    if (is_done(runs_[i].run)) {
      clear_up(runs_[i].run);
      ++done_before_;
      continue;
    }
    failed_before_[i] = failure_of(runs_[i].run);
    open_.push_back(i);
  }
}

void RunQueue::release(std::size_t run) {
  taken_.erase(run);
  next_look_ = Clock::now();
}

std::optional<std::size_t> RunQueue::take(const std::function<bool(std::size_t)>& among) {
  if (Clock::now() < next_look_) return std::nullopt;
  held_ = 0;
  for (auto at = open_.begin(); at != open_.end();) {
    const std::size_t i = *at;
    const KeptRun& run = runs_[i].run;
    if (among && !among(i)) {
      ++at;
      continue;
    }
    if (is_done(run)) {
      clear_up(run);
      at = open_.erase(at);
      ended_elsewhere_(i, std::nullopt);
      continue;
    }
    auto folder = std::make_unique<RunDirectory>(run.folder);
    if (!folder->claim_if_free()) {
      ++held_;
      ++at;
      continue;
    }
    at = open_.erase(at);
    pause_ = {};
    if (is_done(run)) {  // its process gave it back between the two looks
      ended_elsewhere_(i, std::nullopt);
      continue;
    }
    if (const auto failure = failure_of(run); failure && failure != failed_before_[i]) {
      ended_elsewhere_(i, failure);
      continue;
    }
    taken_.emplace(i, std::move(folder));
    return i;
  }
  pause_ = std::clamp<Clock::duration>(2 * pause_, first_pause, longest_pause);
  next_look_ = Clock::now() + pause_;
  return std::nullopt;
}

}  // namespace gs::apps
