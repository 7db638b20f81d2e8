// timeline.h - the cycles of one block, if each of its warps had a scheduler of its own.
//
// Within a stretch of code without a branch, a wait or a barrier, an instruction is issued as soon as the results that
// it reads are there, at most one a cycle: ptxas orders the instructions of such a stretch so. The stretches follow one
// another. Results arrive after a latency (latency.h). A wait for asynchronous copies ends when they have arrived, a
// barrier when the last warp is there. So the figure counts what latency costs; what the schedulers and the memory can
// deliver is not in it.
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
  /// The rest is issued at `cycle` or later, and after all before.
  void wait_until(std::uint64_t cycle);
  std::uint64_t now() const { return end_; }  ///< cycles from the block's begin until all so far is issued

 private:
  void wait_for_copies(std::int64_t groups_left);
  std::uint64_t next_ = 0;  ///< the cycle in which the stretch can issue one more instruction
  std::uint64_t end_ = 0;
  std::vector<std::uint64_t> ready_;   ///< by register, offset / 4: when its value is there
  std::uint64_t latest_copy_ = 0;      ///< its arrival
  std::vector<std::uint64_t> groups_;  ///< committed groups of copies: the arrival of each
};

}  // namespace gs::ptx
