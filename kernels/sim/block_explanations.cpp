// block_explanations.cpp - threads that do not meet, in the words of a learner's program.
#include <algorithm>
#include <bit>

#include "kernels/common/grouped.h"
#include "kernels/sim/block.h"
#include "kernels/sim/source.h"
#include "kernels/sim/time_limit.h"
#include "kernels/sim/words.h"

namespace gs::simulator {
namespace {

/// "lane 3", "lanes 16 to 31", "lanes 1, 3 and 5"
std::string lanes_in_words(std::uint32_t lanes) {
  std::vector<std::string> runs;
  for (unsigned lane = 0; lane < warp_size;) {
    if (!(lanes >> lane & 1)) {
      ++lane;
      continue;
    }
    unsigned last = lane;
    while (last + 1 < warp_size && (lanes >> (last + 1) & 1)) ++last;
    runs.push_back(std::to_string(lane) + (last == lane       ? ""
                                           : last == lane + 1 ? ", " + std::to_string(last)
                                                              : " to " + std::to_string(last)));
    lane = last + 1;
  }
  std::string text = std::popcount(lanes) == 1 ? "lane " : "lanes ";
  for (std::size_t i = 0; i < runs.size(); ++i) text += (i == 0 ? "" : i + 1 == runs.size() ? " and " : ", ") + runs[i];
  return text;
}

std::string line_of(const Place& place) {
  return "line " + std::to_string(place.line);
}

/// The line of the `return` that an `if` at `place` leads to; 0 if there is none in sight.
unsigned return_after(const std::string& file, unsigned line, unsigned before) {
  for (unsigned candidate = line; candidate < std::min(line + 3, before); ++candidate)
    if (const auto text = source_line(file, candidate); text && has_word(*text, "return")) return candidate;
  return 0;
}

}  // namespace

unsigned Block::first_in(State state, unsigned begin, unsigned end) const {
  while (begin < end && threads_[begin].state != state) ++begin;
  return begin;
}

/// " of block 3"; nothing if there is only one.
std::string Block::block_in_words() const {
  const dim3 grid = launch_->geometry.grid;
  return std::uint64_t(grid.x) * grid.y * grid.z > 1 ? " of " + block_in(position.block, grid) : "";
}

Explanation Block::explanation_at(const Place& place, const char* code, std::string what, std::string advice) const {
  Explanation explanation;
  explanation.code = code;
  explanation.file = place.file;
  explanation.line = place.line;
  explanation.what = std::move(what);
  explanation.advice = std::move(advice);
  return explanation;
}

/// A thread of the running block, for a program that reads the finding.
Explanation::Thread Block::taking_part(unsigned thread, const char* does) const {
  const bool waits = threads_[thread].state != State::exited && threads_[thread].state != State::running;
  return {blockIdx, threads_[thread].index, waits ? threads_[thread].where.line : 0, does};
}

Explanation Block::explain_absence() const {
  const unsigned waiting = first_in(State::at_barrier, 0, size_), exited = first_in(State::exited, 0, size_);
  if (waiting == size_ || exited == size_) return {};
  const Place& barrier = threads_[waiting].where;
  const auto left = std::int64_t(
      std::count_if(threads_.begin(), threads_.end(), [](const Thread& t) { return t.state == State::exited; }));
  std::string parting = checker_hooks ? checker_hooks->parting(waiting, exited, barrier.line) : "";
  const auto colon = parting.rfind(':');
  const unsigned line = colon == parting.npos ? 0 : unsigned(std::strtoul(parting.c_str() + colon + 1, nullptr, 10));
  const unsigned returned = line ? return_after(parting.substr(0, colon), line, barrier.line) : 0;
  const auto text = source_line(parting.substr(0, colon), line);
  const bool is_if = text && has_word(*text, "if");
  Explanation explanation;
  if (returned) {
    explanation =
        explanation_at(barrier, "M14",
                       plural(left, "thread") + block_in_words() + " returned at line " + std::to_string(returned) +
                           " and cannot come to the barrier in " + line_of(barrier),
                       "Let them skip the work, not the barrier");
  } else {
    explanation =
        explanation_at(barrier, "M13",
                       plural(at_barrier_, "thread") + (at_barrier_ == 1 ? " waits" : " wait") + " at the barrier in " +
                           line_of(barrier) + "; " + grouped(left) + (left == 1 ? " never comes" : " never come"),
                       !line || is_if ? "Move the barrier out of the `if`"
                                      : "All threads must come to it equally often: move it out of the loop");
    if (line)
      explanation.facts.push_back(std::string(left == 1 ? "It" : "They") + " took the other branch at line " +
                                  std::to_string(line) + ".");
    if (!block_in_words().empty()) explanation.facts.push_back("They are threads" + block_in_words() + ".");
  }
  explanation.focus = {"__syncthreads", "sync"};
  explanation.threads = {taking_part(waiting, "waits"), taking_part(exited, "ended")};
  explanation.values = {{"waiting", std::to_string(at_barrier_)}, {"ended", std::to_string(left)}};
  return explanation;
}

Explanation Block::explain_two_barriers(const Place& first, const Place& second) const {
  const auto at_first = std::count_if(threads_.begin(), threads_.end(), [&](const Thread& thread) {
    return thread.state == State::at_barrier && thread.where.same_as(first);
  });
  const bool one_line = first.line == second.line;
  const auto where = [&](const Place& place) {
    return line_of(place) + (one_line ? ", column " + std::to_string(place.column) : "");
  };
  const bool halves = 2 * at_first == std::ptrdiff_t(at_barrier_);
  const std::string what = halves ? "half of the block waits in " + where(first) + ", half in " + where(second)
                                  : plural(at_first, "thread") + (at_first == 1 ? " waits in " : " wait in ") +
                                        where(first) + ", " + grouped(at_barrier_ - at_first) + " in " + where(second);
  Explanation explanation = explanation_at(first, "M15", what, "One barrier that all reach");
  for (const Place* place : {&first, &second})
    for (unsigned thread = 0; thread < size_; ++thread)
      if (threads_[thread].state == State::at_barrier && threads_[thread].where.same_as(*place)) {
        explanation.threads.push_back(taking_part(thread, "waits"));
        break;
      }
  explanation.values = {{"waiting", std::to_string(at_first)},
                        {"waiting_elsewhere", std::to_string(at_barrier_ - at_first)}};
  explanation.focus = {"__syncthreads", "sync"};
  if (!block_in_words().empty()) explanation.facts.push_back("They are threads" + block_in_words() + ".");
  return explanation;
}

Explanation Block::explain_missing_lanes(unsigned warp_number, unsigned lane, std::uint32_t missing) const {
  const Warp& warp = warps_[warp_number];
  const Place& place = threads_[warp_number * warp_size + lane].where;
  missing &= warp.mask[lane];
  if (missing == 0) return {};
  const std::string lanes = lanes_in_words(missing);
  const bool one = std::popcount(missing) == 1;
  Explanation explanation;
  if (warp.operation[lane] == WarpOperation::matrix) {
    explanation = explanation_at(place, "M24",
                                 "a matrix instruction needs the whole warp, and " + lanes + (one ? " is" : " are") +
                                     " elsewhere (" + line_of(place) + ")",
                                 "All lanes take part: no `if` around the product");
  } else {
    const char* const name = warp.operation[lane] == WarpOperation::shuffle ? "the shuffle"
                             : warp.operation[lane] == WarpOperation::vote  ? "the vote"
                                                                            : "the __syncwarp";
    explanation = explanation_at(place, "M16",
                                 std::string(name) + " in " + line_of(place) + " names " +
                                     plural(std::popcount(warp.mask[lane]), "lane") + ", and " + lanes +
                                     (one ? " does" : " do") + " not take part",
                                 warp.operation[lane] == WarpOperation::shuffle
                                     ? "All lanes shuffle; the `if` comes after"
                                     : "The mask must name those lanes that come here, and no others");
  }
  if ((missing & warp.absent) == missing)
    explanation.facts.push_back("The block has " + plural(size_, "thread") + ", so " + lanes + (one ? " does" : " do") +
                                " not exist.");
  else if ((missing & warp.exited) == missing)
    explanation.facts.push_back(std::string(one ? "It has" : "They have") + " come to the end of the kernel.");
  explanation.threads = {taking_part(warp_number * warp_size + lane, "waits")};
  explanation.values = {{"mask", std::to_string(warp.mask[lane])}, {"missing", std::to_string(missing)}};
  explanation.focus = {"__shfl_sync", "__shfl_up_sync", "__shfl_down_sync", "__shfl_xor_sync", "__ballot_sync",
                       "__any_sync",  "__all_sync",     "__syncwarp",       "mma_sync",        "sync"};
  return explanation;
}

Explanation Block::explain_different_operations(unsigned warp_number, std::uint32_t lanes) const {
  const Warp& warp = warps_[warp_number];
  unsigned chosen = unsigned(std::countr_zero(lanes));  // a lane at a matrix instruction, if one is
  for (std::uint32_t left = lanes; left; left &= left - 1)
    if (const auto lane = unsigned(std::countr_zero(left)); warp.operation[lane] == WarpOperation::matrix) {
      chosen = lane;
      break;
    }
  return explain_lanes_elsewhere(warp_number, chosen);
}

Explanation Block::explain_deadlock() const {
  const unsigned thread = first_in(State::in_warp_operation, 0, size_);
  return thread == size_ ? Explanation() : explain_lanes_elsewhere(thread / warp_size, thread % warp_size);
}

/// Lane `lane` waits, and others of its mask do so in another place.
Explanation Block::explain_lanes_elsewhere(unsigned warp, unsigned lane) const {
  const Place& place = threads_[warp * warp_size + lane].where;
  const unsigned first = warp * warp_size, end = std::min(size_, first + warp_size);
  std::uint32_t present = 0;
  for (unsigned other = first; other < end; ++other)
    if (threads_[other].state == State::in_warp_operation && threads_[other].where.same_as(place))
      present |= 1u << other % warp_size;
  Explanation explanation = explain_missing_lanes(warp, lane, ~present);
  for (unsigned other = first; other < end; ++other) {
    if ((present >> other % warp_size & 1) || threads_[other].state == State::exited) continue;
    explanation.facts.push_back("Lane " + std::to_string(other % warp_size) + " waits in " +
                                line_of(threads_[other].where) + ".");
    break;
  }
  return explanation;
}

void Block::fail_endless() {
  position.observed = false;
  const dim3 grid = launch_->geometry.grid;
  const unsigned thread = std::min(current_, first_in(State::running, 0, size_));
  const auto [place, element] = checker_hooks ? checker_hooks->doing(thread) : std::pair<std::string, std::string>();
  const auto colon = place.rfind(':');
  Explanation explanation;
  explanation.code = "M25";
  explanation.file = colon == place.npos ? launch_->geometry.where.file : place.substr(0, colon);
  explanation.line =
      colon == place.npos ? launch_->geometry.where.line : unsigned(std::strtoul(&place[colon + 1], nullptr, 10));
  explanation.what = "after " + time_limit_in_words() + ": " + thread_in(thread, launch_->geometry.block) +
                     block_in_words() + (colon == place.npos ? " is in the launch in line " : " is in line ") +
                     std::to_string(explanation.line) + (element.empty() ? "" : " and waits for " + element);
  explanation.focus = {element.substr(0, element.find('[')) + "["};
  explanation.threads = {taking_part(thread, "runs")};
  explanation.threads[0].line = colon == place.npos ? 0 : explanation.line;
  if (!element.empty()) explanation.values["element"] = element;
  const unsigned waiting = first_in(State::at_barrier, 0, size_);
  if (waiting < size_)
    explanation.facts.push_back(plural(at_barrier_, "thread") + (at_barrier_ == 1 ? " waits" : " wait") +
                                " at the barrier in " + line_of(threads_[waiting].where) + ".");
  if (alive_ < size_) explanation.facts.push_back(plural(size_ - alive_, "thread") + " of the block came to the end.");
  if (element.empty())
    explanation.facts.push_back("A program that only takes long needs fewer elements, or --seconds N.");
  if (!element.empty() && std::uint64_t(grid.x) * grid.y * grid.z > 1)
    explanation.advice = "Blocks of one grid cannot wait for each other: CUDA does not promise that both run at once";
  else if (element.empty())
    explanation.advice = "Does the condition of this loop ever become false?";
  else
    explanation.advice =
        "No thread that still runs writes it. Or is it probably read only once, because it is not volatile?";
  fail("its threads run without end" + census_of_block(), std::move(explanation));
}

}  // namespace gs::simulator
