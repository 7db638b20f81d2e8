// order.cpp - vector clocks of the warps, and releases between blocks.
#include "kernels/sim/check/order.h"

#include <algorithm>
#include <bit>
#include <utility>

namespace gs::simulator::check {

void Order::launch_begins() {
  releases_.clear();
}

void Order::block_begins() {
  for (unsigned warp = 0; warp < warps; warp++)
    if (std::exchange(clocks_used_[warp], false)) clocks_[warp] = {};
  fenced_.fill(false);
  acquired_.clear();
}

void Order::warp_synced(unsigned warp, std::uint32_t lanes) {
  WarpClocks& clocks = clocks_[warp];
  clocks_used_[warp] = true;
  std::array<std::uint32_t, warp_size> known{};
  for (std::uint32_t left = lanes; left; left &= left - 1) {
    const int lane = std::countr_zero(left);
    clocks[lane][lane]++;  // the lane's earlier accesses are older than this
    for (unsigned other = 0; other < warp_size; other++) known[other] = std::max(known[other], clocks[lane][other]);
  }
  for (std::uint32_t left = lanes; left; left &= left - 1) clocks[std::countr_zero(left)] = known;
}

void Order::atomic(std::uintptr_t address, const Access& now) {
  const auto found = releases_.find(address);
  if (found != releases_.end() && std::find(acquired_.begin(), acquired_.end(), &found->second) == acquired_.end())
    acquired_.push_back(&found->second);
  if (fenced_[now.thread]) releases_[address][now.block] = {std::uint32_t(now.barriers), unsigned(now.thread)};
}

bool Order::acquired(const Access& earlier) const {
  return std::any_of(acquired_.begin(), acquired_.end(), [&](const Releases* releases) {
    const auto found = releases->find(earlier.block);
    return found != releases->end() &&
           (earlier.barriers < found->second.barriers || earlier.thread == found->second.thread);
  });
}

}  // namespace gs::simulator::check
