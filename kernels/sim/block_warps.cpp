// block_warps.cpp - the warp operations of a block: lanes arrive, exchange their values and go on.
#include <algorithm>
#include <bit>
#include <string_view>
#include <utility>

#include "kernels/sim/block.h"
#include "kernels/sim/simulator.h"

namespace gs::simulator {
namespace {

const char* name_of(Block::WarpOperation operation) {
  switch (operation) {
    case Block::WarpOperation::sync:
      return "__syncwarp";
    case Block::WarpOperation::shuffle:
      return "shuffle";
    case Block::WarpOperation::vote:
      return "vote";
    case Block::WarpOperation::matrix:
      return "matrix instruction";
  }
  return "";
}

}  // namespace

std::uint64_t Block::meet_warp(WarpOperation operation, std::uint32_t mask, std::uint64_t value, unsigned source,
                               Place where) {
  position.observed = position.in_pieces = false;
  const unsigned thread = current_, lane = thread % warp_size;
  Thread& self = threads_[thread];
  Warp& warp = warps_[thread / warp_size];
  self.where = where;
  if (!(mask >> lane & 1))
    fail("the warp operation at " + to_string(where) + ": thread " + to_text(self.index) + " is not in its own mask",
         explanation_at(where, "M16", "lane " + std::to_string(lane) + " is not in the mask of its own warp operation",
                        "Every lane that comes here must be in the mask: 0xffffffff if all do"));
  self.waited = position.waited;
  self.state = State::in_warp_operation;
  warp.mask[lane] = mask;
  warp.operation[lane] = operation;
  warp.value[lane] = value;
  warp.source[lane] = source;
  warp.waiting |= 1u << lane;
  complete_warp_operation(thread / warp_size, mask);
  hand_over();
  return warp.result[lane];
}

void Block::meet_whole_warp(WarpFunction function, void* mine, Place where) {
  warps_[current_ / warp_size].function[lane()] = function;
  meet_warp(WarpOperation::matrix, ~0u, reinterpret_cast<std::uintptr_t>(mine), 0, where);
}

/// Once all lanes in `mask` have arrived with this mask, exchanges their values and lets them go on.
void Block::complete_warp_operation(unsigned warp_number, std::uint32_t mask) {
  Warp& warp = warps_[warp_number];
  if (((warp.waiting | warp.exited | warp.absent) & mask) != mask) return;
  const std::uint32_t lanes = warp.waiting & mask;
  const WarpOperation operation = warp.operation[std::countr_zero(lanes)];
  const unsigned first_thread = warp_number * warp_size;
  for (std::uint32_t left = lanes; left; left &= left - 1) {
    const int lane = std::countr_zero(left);
    if (warp.mask[lane] != mask) return;
    if (warp.operation[lane] != operation ||
        (operation == WarpOperation::matrix && warp.function[lane] != warp.function[std::countr_zero(lanes)]))
      fail("lanes of one warp meet in different warp operations" + census_of_warp(warp_number),
           explain_different_operations(warp_number, lanes));
  }
  if (operation == WarpOperation::matrix && lanes != ~0u)
    fail("a matrix instruction needs all 32 lanes of its warp, and " + std::to_string(std::popcount(lanes)) +
             " take part" + census_of_warp(warp_number),
         explain_missing_lanes(warp_number, unsigned(std::countr_zero(lanes)), ~lanes));
  if ((warp.exited & mask) && options().strict_exit)
    fail("threads have exited that a warp operation names in its mask" + census_of_warp(warp_number),
         explain_missing_lanes(warp_number, unsigned(std::countr_zero(lanes)), mask & ~lanes));

  if (operation == WarpOperation::matrix) {
    void* values[warp_size];
    for (unsigned lane = 0; lane < warp_size; lane++) values[lane] = reinterpret_cast<void*>(warp.value[lane]);
    warp.function[0](values);
  }
  std::uint32_t ballot = 0;
  for (std::uint32_t left = lanes; left; left &= left - 1) {
    const int lane = std::countr_zero(left);
    if (operation == WarpOperation::vote) ballot |= std::uint32_t(warp.value[lane] != 0) << lane;
    if (operation == WarpOperation::shuffle) {
      const unsigned source = warp.source[lane];
      if (source >= warp_size || !(lanes >> source & 1))
        fail("the shuffle at " + to_string(threads_[first_thread + lane].where) + ": thread " +
                 to_text(threads_[first_thread + lane].index) + " reads lane " + std::to_string(source) +
                 ", which does not take part",
             explanation_at(threads_[first_thread + lane].where, "M16",
                            "lane " + std::to_string(lane) + " reads lane " + std::to_string(source) +
                                ", which does not take part in this shuffle",
                            "All lanes shuffle; the `if` comes after"));
      warp.result[lane] = warp.value[source];
    }
  }
  if (const CheckerHooks* hooks = hooks_of(*launch_); hooks && operation == WarpOperation::sync)
    hooks->warp_synced(warp_number, lanes);
  if (const CounterHooks* hooks = counter_of(*launch_))
    hooks->warp_operation({warp_number, lanes, name_of(operation),
                           operation == WarpOperation::shuffle ? warp.source : nullptr,
                           threads_[first_thread + unsigned(std::countr_zero(lanes))].where});
  if (lanes == ~(warp.exited | warp.absent)) tell_of_meeting(warp_number);
  warp.waiting &= ~mask;
  for (std::uint32_t left = lanes; left; left &= left - 1) {
    const int lane = std::countr_zero(left);
    if (operation == WarpOperation::vote) warp.result[lane] = ballot;
    push_ready(first_thread + lane);
  }
  if (options().random_order)
    for (unsigned k = ready_count_; k > 1; k--)
      std::swap(ready_[(ready_head_ + k - 1) % size_], ready_[(ready_head_ + random_() % k) % size_]);
}

std::uint32_t Block::active_lanes(Place where) {
  position.observed = position.in_pieces = false;
  const unsigned thread = current_;
  threads_[thread].where = where;
  threads_[thread].waited = position.waited;
  threads_[thread].state = State::at_active_mask;
  hand_over();
  return std::uint32_t(warps_[thread / warp_size].result[lane()]);
}

/// No other thread can go on: the lanes of a warp that wait in one __activemask() have come as close together as they
/// ever do, and are its mask. False if no lane waits there.
bool Block::release_active_lanes() {
  bool any = false;
  for (unsigned first = 0; first < size_; first++) {
    if (threads_[first].state != State::at_active_mask) continue;
    const unsigned warp = first / warp_size, end = std::min(size_, (warp + 1) * warp_size);
    const auto together = [&](const Thread& thread) {
      return thread.state == State::at_active_mask && thread.where.same_as(threads_[first].where);
    };
    std::uint32_t mask = 0;
    for (unsigned i = first; i < end; i++)
      if (together(threads_[i])) mask |= 1u << i % warp_size;
    if (const CounterHooks* hooks = counter_of(*launch_))
      hooks->warp_operation({warp, mask, "__activemask", nullptr, threads_[first].where});
    for (std::uint32_t left = mask; left; left &= left - 1) {
      const unsigned lane = unsigned(std::countr_zero(left));
      warps_[warp].result[lane] = mask;
      push_ready(warp * warp_size + lane);
    }
    any = true;
  }
  return any;
}

}  // namespace gs::simulator
