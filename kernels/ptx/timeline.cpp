// timeline.cpp - a scoreboard: the cycle at which each register's value is there.
#include "kernels/ptx/timeline.h"

#include <algorithm>

#include "kernels/ptx/latency.h"

namespace gs::ptx {

void WarpTimeline::execute(const Instruction& i) {
  std::uint64_t inputs = i.guard == 0 ? 0 : ready_[i.guard / 4];
  for (std::size_t n = i.results; n < i.operands; ++n) inputs = std::max(inputs, ready_[i.operand[n] / 4]);
  const bool dropped = i.results > 0 && i.latency == 0;  // by ptxas: what reads the result waits, not the warp
  if (!dropped) wait_until(inputs);
  const std::uint64_t there = dropped ? inputs : now_ + i.latency;
  for (std::size_t n = 0; n < i.results; ++n) ready_[i.operand[n] / 4] = there;
  switch (i.copy) {
    case CopyStep::none:
      break;
    case CopyStep::start:
      latest_copy_ = now_ + global_cycles;
      break;
    case CopyStep::commit:
      groups_.push_back(latest_copy_);
      break;
    case CopyStep::wait:
      wait_for_copies(i.immediate);
      break;
  }
  ++now_;
}

/// `groups_left`: latest groups that need not have arrived; -1: all copies must have, committed or not.
void WarpTimeline::wait_for_copies(std::int64_t groups_left) {
  if (groups_left < 0)
    wait_until(latest_copy_);
  else if (std::int64_t(groups_.size()) > groups_left)
    wait_until(groups_[groups_.size() - 1 - std::size_t(groups_left)]);
}

}  // namespace gs::ptx
