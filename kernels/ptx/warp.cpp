// warp.cpp - schedules the groups of a warp's lanes, each at its own instruction. The group that is furthest behind
// runs until it reaches the next one, and the two merge. So branches reconverge as early as the order of the code
// allows, without analysis of the code. A warp-level instruction waits until all lanes of its mask have arrived.
#include <algorithm>
#include <limits>

#include "kernels/ptx/lanes.h"
#include "kernels/ptx/timeline.h"
#include "kernels/ptx/trace.h"
#include "kernels/ptx/warp.h"

namespace gs::ptx {
namespace {

using State = LaneGroup::State;

const Instruction& at(const Warp& w, int pc) {
  return w.block->launch->kernel->code[std::size_t(pc)];
}

/// Merges groups at the same instruction and sorts the groups by instruction. A group that waits for lanes becomes
/// ready again when others join it.
void merge(std::vector<LaneGroup>& groups) {
  std::erase_if(groups, [](const LaneGroup& g) { return g.mask == 0; });
  if (groups.size() < 2) return;
  std::ranges::sort(groups, {}, &LaneGroup::pc);
  std::size_t kept = 0;
  for (const LaneGroup& g : groups) {
    LaneGroup& last = groups[kept > 0 ? kept - 1 : 0];
    if (kept > 0 && last.pc == g.pc && (last.state == State::at_barrier) == (g.state == State::at_barrier)) {
      last.mask |= g.mask;
      if (last.state == State::waiting) last.state = State::ready;
    } else {
      groups[kept++] = g;
    }
  }
  groups.resize(kept);
}

/// Counts an instruction executed by a group; one that waits for lanes is counted when they have arrived.
void count(Warp& w, const LaneGroup& g) {
  ++w.block->executed[std::size_t(g.pc)];
  w.block->lane_instructions += unsigned(std::popcount(g.mask));
  if (w.timeline) w.timeline->execute(at(w, g.pc));
}

/// Called when all groups wait: releases the lanes at a __syncwarp, of which the compiler may have made several
/// instructions. False if no lanes wait there or some are missing.
bool meet(Warp& w) {
  const auto at_sync = [&](const LaneGroup& g) {
    return g.state == State::waiting && at(w, g.pc).flow == Flow::sync_warp;
  };
  std::uint32_t present = 0, wanted = 0;
  for (const LaneGroup& g : w.groups)
    if (at_sync(g)) {
      present |= g.mask;
      for_lanes(g.mask, [&](unsigned l) { wanted |= w.lanes<std::uint32_t>(at(w, g.pc).members)[l]; });
    }
  if (present == 0 || (wanted & w.started & ~present) != 0) return false;
  for (LaneGroup& g : w.groups)
    if (at_sync(g)) {
      count(w, g);
      if (const int lane = traced_lane(w); lane >= 0 && (g.mask >> lane & 1) != 0)
        trace(w, at(w, g.pc), unsigned(lane), true, [] { return true; });
      g.state = State::ready, ++g.pc;
    }
  merge(w.groups);
  return true;
}

/// True if all lanes that a warp-level instruction needs have arrived. Throws PtxError if one never can.
bool all_present(const Warp& w, const Instruction& i, std::uint32_t mask) {
  std::uint32_t members = all_lanes;
  const unsigned first = unsigned(std::countr_zero(mask));
  if (i.whole_warp) {
    if (w.started != all_lanes) fail(w, i, first, "needs all 32 lanes of a warp, and the block has fewer threads");
  } else {
    members = 0;
    const auto* const masks = reinterpret_cast<const std::uint32_t*>(w.registers + i.members);
    for_lanes(mask, [&](unsigned l) {
      members |= masks[l];
      if ((masks[l] >> l & 1) == 0) fail(w, i, l, "its mask leaves out the lane itself");
    });
    members &= w.started;  // lanes beyond the block's threads never take part
  }
  if ((members & ~w.alive) != 0) fail(w, i, first, "waits for a lane that has ended");
  return (members & ~mask) == 0;
}

/// Runs one group until it waits, ends, diverges, or reaches `limit`, the next group's instruction.
class GroupRun {
 public:
  GroupRun(Warp& w, LaneGroup& group, int limit)
      : w_(w), group_(group), limit_(limit), code_(w.block->launch->kernel->code.data()), traced_(traced_lane(w)) {}

  void run() {
    do {
      const Instruction& i = code_[group_.pc];
      std::uint32_t mask = group_.mask;
      if (i.guard != 0) mask &= i.guard_negated ? ~w_.predicate(i.guard) : w_.predicate(i.guard);
      if (traced_ >= 0 && (group_.mask >> traced_ & 1) != 0)
        trace(w_, i, unsigned(traced_), (mask >> traced_ & 1) != 0, [&] {
          execute(i, mask);
          return group_.state != State::waiting;
        });
      else
        execute(i, mask);
    } while (!stopped_ && group_.pc < limit_);
  }

 private:
  void execute(const Instruction& i, std::uint32_t mask) {
    const bool waits_for_lanes = (i.flow == Flow::warp || i.flow == Flow::sync_warp) && mask != 0;
    if (!waits_for_lanes) count(w_, group_);
    switch (i.flow) {
      case Flow::next:
        if (mask != 0) i.run(w_, i, mask);
        ++group_.pc;
        return;
      case Flow::branch:
        return branch(i, mask);
      case Flow::exit:
        return exit(i, mask);
      case Flow::barrier:
        if (mask == 0) {
          ++group_.pc;
          return;
        }
        if (mask != group_.mask) fail(w_, i, unsigned(std::countr_zero(mask)), "a barrier for a part of the lanes");
        group_.state = State::at_barrier;
        stopped_ = true;
        return;
      case Flow::warp:
      case Flow::sync_warp:
        if (mask == 0) {
          ++group_.pc;
          return;
        }
        if (mask != group_.mask) fail(w_, i, unsigned(std::countr_zero(mask)), "is executed by a part of the lanes");
        if (all_present(w_, i, mask)) {
          count(w_, group_);
          if (i.run) i.run(w_, i, mask);
          ++group_.pc;
        } else {
          group_.state = State::waiting;
          stopped_ = true;
        }
        return;
    }
  }
  void branch(const Instruction& i, std::uint32_t mask) {
    if (mask == group_.mask) {
      group_.pc = i.target;
      if (i.target < limit_) return;
    } else {
      ++group_.pc;
      if (mask == 0) return;
      group_.mask &= ~mask;
      parted = {i.target, mask, State::ready};
    }
    stopped_ = true;
  }
  void exit(const Instruction& i, std::uint32_t mask) {
    for (const PendingCopy& copy : w_.copies)
      if ((mask >> copy.lane & 1) != 0)
        fail(w_, i, copy.lane, "ends with asynchronous copies that were not waited for");
    w_.alive &= ~mask;
    group_.mask &= ~mask;
    ++group_.pc;
    stopped_ = group_.mask == 0;
  }

 public:
  LaneGroup parted;  ///< lanes that have branched away; mask 0: none

 private:
  Warp& w_;
  LaneGroup& group_;
  const int limit_;
  const Instruction* const code_;
  const int traced_;
  bool stopped_ = false;
};

}  // namespace

void run_warp(Warp& w) {
  merge(w.groups);
  for (;;) {
    const auto current = std::ranges::find(w.groups, State::ready, &LaneGroup::state);
    if (current == w.groups.end()) {
      if (!meet(w)) return;
      continue;
    }
    const auto next = current + 1;
    GroupRun group(w, *current, next == w.groups.end() ? std::numeric_limits<int>::max() : next->pc);
    group.run();
    if (group.parted.mask != 0) w.groups.push_back(group.parted);
    merge(w.groups);
  }
}

}  // namespace gs::ptx
