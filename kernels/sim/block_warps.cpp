// block_warps.cpp - the warp operations of a block: lanes arrive, exchange their values and go on.
#include <bit>
#include <utility>

#include "kernels/sim/block.h"
#include "kernels/sim/simulator.h"

namespace gs::simulator {

std::uint64_t Block::meet_warp(WarpOperation operation, std::uint32_t mask, std::uint64_t value, unsigned source,
                               source_location where) {
  position.observed = position.in_pieces = false;
  const unsigned thread = current_, lane = thread % warp_size;
  Thread& self = threads_[thread];
  Warp& warp = warps_[thread / warp_size];
  self.where = where;
  if (!(mask >> lane & 1))
    fail("the warp operation at " + to_string(where) + ": thread " + to_text(self.index) + " is not in its own mask");
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

void Block::meet_whole_warp(WarpFunction function, void* mine, source_location where) {
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
      fail("lanes of one warp meet in different warp operations" + census_of_warp(warp_number));
  }
  if (operation == WarpOperation::matrix && lanes != ~0u)
    fail("a matrix instruction needs all 32 lanes of its warp, and " + std::to_string(std::popcount(lanes)) +
         " take part" + census_of_warp(warp_number));
  if ((warp.exited & mask) && options().strict_exit)
    fail("threads have exited that a warp operation names in its mask" + census_of_warp(warp_number));

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
             ", which does not take part");
      warp.result[lane] = warp.value[source];
    }
  }
  if (const CheckerHooks* hooks = hooks_of(*launch_); hooks && operation == WarpOperation::sync)
    hooks->warp_synced(warp_number, lanes);
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

}  // namespace gs::simulator
