// run_queue.cpp - looks at the folders in the order of the list.
#include "apps/sweep/run_queue.h"

#include <algorithm>
#include <utility>

#include "engine/core/error.h"

namespace gs::apps {
namespace {

constexpr std::chrono::milliseconds first_pause{50}, longest_pause{2000};

}  // namespace

RunQueue::RunQueue(const std::vector<NamedRun>& runs, const std::vector<std::size_t>& indices, Report report)
    : runs_(runs), report_(std::move(report)) {
  for (const std::size_t i : indices) {
    if (is_done(runs_[i].run)) {
      clear_up(runs_[i].run);
      done_before_.push_back(i);
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

RunQueue::Look RunQueue::look_at(std::size_t i) const try {
  const KeptRun& run = runs_[i].run;
  auto folder = std::make_unique<RunDirectory>(run.folder);
  if (!folder->claim_if_free()) return {};
  // Only now: a process that has a run may still change how it ended.
  if (is_done(run)) return {nullptr, NotTaken{}};
  if (const auto failure = failure_of(run); failure && failure != failed_before_.at(i))
    return {nullptr, NotTaken{failure->message}};
  return {std::move(folder), std::nullopt};
} catch (const Error& error) {
  return {nullptr, NotTaken{error.what(), false}};
}

std::optional<std::size_t> RunQueue::take(const std::function<bool(std::size_t)>& among) {
  if (Clock::now() < next_look_) return std::nullopt;
  held_.clear();
  for (auto at = open_.begin(); at != open_.end();) {
    const std::size_t i = *at;
    if (among && !among(i)) {
      ++at;
      continue;
    }
    Look look = look_at(i);
    if (!look.folder && !look.end) {
      held_.push_back(i);
      ++at;
      continue;
    }
    at = open_.erase(at);
    pause_ = {};
    if (look.end) {
      report_(i, *look.end);
      continue;
    }
    taken_.emplace(i, std::move(look.folder));
    return i;
  }
  pause_ = std::clamp<Clock::duration>(2 * pause_, first_pause, longest_pause);
  next_look_ = Clock::now() + pause_;
  return std::nullopt;
}

void RunQueue::look() {
  for (auto at = open_.begin(); at != open_.end();) {
    const std::size_t i = *at;
    const Look look = look_at(i);  // gives its folder back at once
    at = look.end ? open_.erase(at) : at + 1;
    if (look.end) report_(i, *look.end);
  }
}

}  // namespace gs::apps
