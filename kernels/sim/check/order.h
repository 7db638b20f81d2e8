// order.h - happens-before order of two accesses of one launch, by CUDA's rules.
//
//   same thread: program order.                      same warp: a __syncwarp that both lanes took part in.
//   same block:  a __syncthreads in between.         different blocks: a fence and an atomic on one side, an atomic on
//                                                    the same word later on the other ("the last block reduces").
#pragma once
#include <array>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "kernels/sim/block.h"
#include "kernels/sim/check/shadow.h"

namespace gs::simulator::check {

class Order {
 public:
  void launch_begins();
  void block_begins();
  /// The lanes of one warp met in a __syncwarp.
  void warp_synced(unsigned warp, std::uint32_t lanes);
  /// The current thread called __threadfence.
  void fence(unsigned thread) { fenced_[thread] = true; }
  /// The current thread did an atomic operation that writes: it acquires what others released there and releases what
  /// it fenced.
  void atomic(std::uintptr_t address, const Access& now);

  std::uint32_t clock(unsigned thread) const {
    return clocks_[thread / warp_size][thread % warp_size][thread % warp_size];
  }
  /// True if `earlier` happened before `now`, an access of the running thread.
  bool before(const Access& earlier, const Access& now) const {
    if (earlier.block != now.block) return acquired(earlier);
    if (earlier.thread == now.thread || earlier.barriers != now.barriers) return true;
    const unsigned warp = now.thread / warp_size;
    return earlier.thread / warp_size == warp &&
           earlier.clock < clocks_[warp][now.thread % warp_size][earlier.thread % warp_size];
  }

 private:
  struct Release {
    std::uint32_t barriers;
    unsigned thread;
  };
  using Releases = std::unordered_map<std::uint32_t, Release>;  // by block
  bool acquired(const Access& earlier) const;

  using WarpClocks = std::array<std::array<std::uint32_t, warp_size>, warp_size>;
  static constexpr unsigned warps = max_threads_per_block / warp_size;
  // clocks_[warp][lane][other]: number of `other`'s __syncwarps that `lane` knows of
  std::array<WarpClocks, warps> clocks_{};
  std::array<bool, warps> clocks_used_{};
  std::array<bool, max_threads_per_block> fenced_{};
  std::unordered_map<std::uintptr_t, Releases> releases_;  // of this launch, by the atomic's address
  std::vector<const Releases*> acquired_;                  // by the running block
};

}  // namespace gs::simulator::check
