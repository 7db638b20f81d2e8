// run_queue.cpp - looks at the folders in the order of the list.
#include "apps/sweep/run_queue.h"

#include <algorithm>
#include <utility>

#include "engine/core/error.h"
#include "engine/core/folder_commit.h"

namespace gs::apps {
namespace {

constexpr std::chrono::milliseconds first_pause{50}, longest_pause{2000};

/// True if the run is done and its last commit complete. It is read without a claim, so an error, as while its process
/// renames files, is no answer.
bool is_seen_done(const KeptRun& run) try {
  std::error_code error;
  return is_done(run) && !std::filesystem::exists(run.folder / FolderCommit::log_file, error) && !error;
} catch (const Error&) {
  return false;
}

}  // namespace

RunQueue::RunQueue(const std::vector<NamedRun>& runs, const std::vector<std::size_t>& indices, Report report)
    : runs_(runs), report_(std::move(report)) {
  for (const std::size_t i : indices) {
    std::optional<RunFailure> failure;
    try {
      if (is_done(runs_[i].run)) {
        clear_up(runs_[i].run);
        done_before_.push_back(i);
        continue;
      }
      failure = failure_of(runs_[i].run);
    } catch (const Error&) {
      // look_at() meets the error again, as this run's own failure, unless the record is mended by then.
    }
    failed_before_[i] = failure;
    open_.push_back(i);
  }
}

void RunQueue::release(std::size_t run) {
  taken_.erase(run);
  next_look_ = Clock::now();
}

RunQueue::Look RunQueue::look_at(std::size_t i) const try {
  const KeptRun& run = runs_[i].run;
  // "finished" is final. Processes that wait for the run would otherwise hold its folder in turn, each a holder to the
  // others.
  if (is_seen_done(run)) return {nullptr, NotTaken{}};
  auto folder = std::make_unique<RunDirectory>(run.folder);
  if (!folder->claim_if_free()) return {};
  // A failure counts only now: a process that has a run may still change how it ended.
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
