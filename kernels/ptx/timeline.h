// timeline.h - the cycles of one block, if each of its warps had a scheduler of its own.
//
// A warp issues its instructions in order, at most one a cycle, each as soon as the results that it reads are there
// (latency.h). A wait for asynchronous copies ends when they have arrived, a barrier when the last warp is there. So
// the figure counts what latency costs; what the schedulers and the memory can deliver is not in it.
#pragma once
#include <algorithm>
#include <cstdint>
#include <vector>

#include "kernels/ptx/module.h"

namespace gs::ptx {

class WarpTimeline {
 public:
  explicit WarpTimeline(const Kernel& kernel) : ready_(kernel.register_bytes / 4) {}

  void execute(const Instruction&);
  void wait_until(std::uint64_t cycle) { now_ = std::max(now_, cycle); }
  std::uint64_t now() const { return now_; }  ///< cycles since the block began

 private:
  void wait_for_copies(std::int64_t groups_left);
  std::uint64_t now_ = 0;
  std::vector<std::uint64_t> ready_;   ///< by register, offset / 4: when its value is there
  std::uint64_t latest_copy_ = 0;      ///< its arrival
  std::vector<std::uint64_t> groups_;  ///< committed groups of copies: the arrival of each
};

}  // namespace gs::ptx
