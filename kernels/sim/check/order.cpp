// order.cpp - vector clocks of the threads, and what atomic operations hand on.
#include "kernels/sim/check/order.h"

#include <algorithm>
#include <bit>
#include <utility>

namespace gs::simulator::check {
namespace {

void merge_into(WarpClocks& known, const WarpClocks& more) {
  for (unsigned lane = 0; lane < warp_size; lane++) known[lane] = std::max(known[lane], more[lane]);
}

}  // namespace

void BlockClocks::merge(unsigned warp, const WarpClocks& more) {
  if (!warps_[warp]) warps_[warp] = std::make_unique<WarpClocks>();
  merge_into(*warps_[warp], more);
}

void BlockClocks::merge(const BlockClocks& more) {
  for (unsigned warp = 0; warp < warps_per_block; warp++)
    if (const WarpClocks* const clocks = more.of(warp)) merge(warp, *clocks);
}

void Order::launch_begins() {
  releases_.clear();
  last_atomic_.clear();
}

void Order::block_begins() {
  for (unsigned warp = 0; warp < warps_per_block; warp++)
    if (std::exchange(clocks_used_[warp], false)) clocks_[warp] = {};
  if (std::exchange(block_clocks_used_, false)) {
    other_warps_ = {};
    fenced_ = {};
    last_acquired_ = {};
  }
  acquired_.clear();
  atomics_before_count_.fill(0);
}

void Order::advance(unsigned thread) {
  clocks_used_[thread / warp_size] = true;
  row(thread)[thread % warp_size]++;
}

void Order::warp_synced(unsigned warp, std::uint32_t lanes) {
  WarpClocks known{};
  std::unique_ptr<BlockClocks> others;
  for (std::uint32_t left = lanes; left; left &= left - 1) {
    const unsigned thread = warp * warp_size + unsigned(std::countr_zero(left));
    advance(thread);  // the lane's earlier accesses are older than this
    merge_into(known, row(thread));
    if (!other_warps_[thread]) continue;
    if (!others) others = std::make_unique<BlockClocks>();
    others->merge(*other_warps_[thread]);
  }
  for (std::uint32_t left = lanes; left; left &= left - 1) {
    const unsigned thread = warp * warp_size + unsigned(std::countr_zero(left));
    row(thread) = known;
    if (!others) continue;
    if (!other_warps_[thread]) other_warps_[thread] = std::make_unique<BlockClocks>();
    other_warps_[thread]->merge(*others);
  }
}

void Order::fence(unsigned thread) {
  advance(thread);
  block_clocks_used_ = true;
  fenced_[thread] = std::make_unique<BlockClocks>();
  fenced_[thread]->merge(thread / warp_size, row(thread));
  if (other_warps_[thread]) fenced_[thread]->merge(*other_warps_[thread]);
}

void Order::acquire(std::uintptr_t address, const Access& now) {
  const auto found = releases_.find(address);
  if (found == releases_.end()) return;
  if (std::find(acquired_.begin(), acquired_.end(), &found->second) == acquired_.end())
    acquired_.push_back(&found->second);
  const auto own = found->second.find(now.block);
  if (own == found->second.end()) return;
  const auto thread = unsigned(now.thread);
  const Release& release = own->second;
  LastAcquired& last = last_acquired_[thread];
  if (last.release == &release && last.version == release.version) return;  // who waits for a lock asks often
  last = {&release, release.version};
  block_clocks_used_ = true;
  if (!other_warps_[thread]) other_warps_[thread] = std::make_unique<BlockClocks>();
  other_warps_[thread]->merge(release.clocks);
  clocks_used_[thread / warp_size] = true;
  if (const WarpClocks* const own_warp = release.clocks.of(thread / warp_size)) merge_into(row(thread), *own_warp);
}

void Order::atomic(std::uintptr_t address, const Access& now, bool keep_unfenced) {
  const auto thread = unsigned(now.thread);
  acquire(address, now);
  if (fenced_[thread]) {
    Release& release = releases_[address][now.block];
    release.barriers = std::uint32_t(now.barriers);
    release.version++;
    release.clocks.merge(*fenced_[thread]);
  }
  if (!keep_unfenced) return;
  advance(thread);
  Moment& last = last_atomic_[address];
  if (last.block != 0 && (last.block != now.block || last.thread != thread)) {
    auto& before = atomics_before_[thread];
    before[atomics_before_count_[thread]++ % before.size()] = last;
  }
  last = {now.block, thread, clock(thread)};
}

bool Order::acquired(const Access& earlier) const {
  return std::any_of(acquired_.begin(), acquired_.end(), [&](const Releases* releases) {
    const auto found = releases->find(earlier.block);
    return found != releases->end() &&
           (earlier.barriers < found->second.barriers || found->second.clocks.know(earlier));
  });
}

bool Order::handed_on(const Access& earlier, const Access& now) const {
  const auto& before = atomics_before_[now.thread];
  const std::size_t count = std::min<std::size_t>(atomics_before_count_[now.thread], before.size());
  return std::any_of(before.begin(), before.begin() + std::ptrdiff_t(count), [&](const Moment& moment) {
    return moment.block == earlier.block && moment.thread == earlier.thread && earlier.clock < moment.clock;
  });
}

}  // namespace gs::simulator::check
