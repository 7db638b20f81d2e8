// order.h - happens-before order of two accesses of one launch, by CUDA's rules.
//
//   same thread: program order.                      same warp: a __syncwarp that both lanes took part in.
//   same block:  a __syncthreads in between.         any two threads: a fence and an atomic on one side, an atomic on
//                                                    the same word later on the other (a lock, "the last block
//                                                    reduces").
#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

#include "kernels/sim/block.h"
#include "kernels/sim/check/shadow.h"

namespace gs::simulator::check {

constexpr unsigned warps_per_block = max_threads_per_block / warp_size;

/// For each lane of a warp, a moment of its program (Access::clock) before which all is known.
using WarpClocks = std::array<std::uint32_t, warp_size>;

/// The same for the threads of a block, as far as anything is known of them.
class BlockClocks {
 public:
  void merge(unsigned warp, const WarpClocks&);
  void merge(const BlockClocks&);
  const WarpClocks* of(unsigned warp) const { return warps_[warp].get(); }
  bool know(const Access& earlier) const {
    const WarpClocks* const clocks = of(unsigned(earlier.thread) / warp_size);
    return clocks && earlier.clock < (*clocks)[earlier.thread % warp_size];
  }

 private:
  std::array<std::unique_ptr<WarpClocks>, warps_per_block> warps_;
};

class Order {
 public:
  void launch_begins();
  void block_begins();
  /// The lanes of one warp met in a __syncwarp.
  void warp_synced(unsigned warp, std::uint32_t lanes);
  /// The current thread called __threadfence.
  void fence(unsigned thread);
  /// The current thread did an atomic operation that writes: it acquires what others released there and releases what
  /// it fenced. `keep_unfenced`: for handed_on().
  void atomic(std::uintptr_t address, const Access& now, bool keep_unfenced);

  std::uint32_t clock(unsigned thread) const { return row(thread)[thread % warp_size]; }
  /// True if `earlier` happened before `now`, an access of the running thread.
  bool before(const Access& earlier, const Access& now) const {
    if (earlier.block != now.block) return acquired(earlier);
    if (earlier.thread == now.thread || earlier.barriers != now.barriers) return true;
    if (earlier.thread / warp_size == now.thread / warp_size)
      return earlier.clock < row(unsigned(now.thread))[earlier.thread % warp_size];
    const auto& others = other_warps_[now.thread];
    return others && others->know(earlier);
  }
  /// True if it would have, had there been fences: a lock or a flag led from the one to the other.
  bool handed_on(const Access& earlier, const Access& now) const;

 private:
  /// The knowledge that the atomic operations on one word released.
  struct Release {
    std::uint32_t barriers = 0, version = 0;
    BlockClocks clocks;
  };
  using Releases = std::unordered_map<std::uint32_t, Release>;  // by block
  /// An atomic operation, as a moment of its thread.
  struct Moment {
    std::uint32_t block = 0, thread = 0, clock = 0;
  };
  WarpClocks& row(unsigned thread) { return clocks_[thread / warp_size][thread % warp_size]; }
  const WarpClocks& row(unsigned thread) const { return clocks_[thread / warp_size][thread % warp_size]; }
  /// From now on, the accesses of the thread until now are older than later ones.
  void advance(unsigned thread);
  void acquire(std::uintptr_t address, const Access& now);
  bool acquired(const Access& earlier) const;

  // clocks_[warp][lane][other]: the moment of `other` that `lane` knows of
  std::array<std::array<WarpClocks, warp_size>, warps_per_block> clocks_{};
  std::array<bool, warps_per_block> clocks_used_{};
  // by thread of the running block; null: nothing
  std::array<std::unique_ptr<BlockClocks>, max_threads_per_block> other_warps_;  // that it knows by atomic operations
  std::array<std::unique_ptr<BlockClocks>, max_threads_per_block> fenced_;       // that it knew at its last fence
  bool block_clocks_used_ = false;
  std::unordered_map<std::uintptr_t, Releases> releases_;  // of this launch, by the atomic's address
  std::vector<const Releases*> acquired_;                  // by the running block
  struct LastAcquired {
    const Release* release = nullptr;
    std::uint32_t version = 0;
  };
  std::array<LastAcquired, max_threads_per_block> last_acquired_{};

  std::unordered_map<std::uintptr_t, Moment> last_atomic_;                     // of this launch, by its address
  std::array<std::array<Moment, 4>, max_threads_per_block> atomics_before_{};  // the thread's own, on the same words
  std::array<std::uint32_t, max_threads_per_block> atomics_before_count_{};
};

}  // namespace gs::simulator::check
