// timeline.cpp - a scoreboard: the cycle at which each register's value is there.
#include "kernels/ptx/timeline.h"

#include <algorithm>

#include "kernels/ptx/latency.h"

namespace gs::ptx {

void WarpTimeline::execute(const Instruction& i) {
  const bool ends_stretch = i.flow == Flow::branch || i.flow == Flow::exit || i.flow == Flow::barrier;
  if (i.begins_stretch || ends_stretch) wait_until(0);
  std::uint64_t inputs = i.guard == 0 ? 0 : ready_[i.guard / 4];
  for (std::size_t n = i.results; n < i.operands; ++n) inputs = std::max(inputs, ready_[i.operand[n] / 4]);
  const bool dropped = i.results > 0 && i.latency == 0;  // by ptxas: what reads the result waits, not this
  const std::uint64_t issued = dropped ? next_ : std::max(next_, inputs);
  const std::uint64_t there = dropped ? inputs : issued + i.latency;
  for (std::size_t n = 0; n < i.results; ++n) ready_[i.operand[n] / 4] = there;
  ++next_;
  end_ = std::max(end_, issued + 1);
  if (i.results == 0 && i.latency > 0) wait_until(there);  // a fence
  switch (i.copy) {
    case CopyStep::none:
      break;
    case CopyStep::start:
      latest_copy_ = std::max(latest_copy_, issued + global_cycles);
      break;
    case CopyStep::commit:
      groups_.push_back(latest_copy_);
      break;
    case CopyStep::wait:
      wait_for_copies(i.immediate);
      break;
  }
}

void WarpTimeline::wait_until(std::uint64_t cycle) {
  next_ = end_ = std::max(end_, cycle);
}

/// `groups_left`: latest groups that need not have arrived; -1: all copies must have, committed or not.
void WarpTimeline::wait_for_copies(std::int64_t groups_left) {
  if (groups_left < 0)
    wait_until(latest_copy_);
  else if (std::int64_t(groups_.size()) > groups_left)
    wait_until(groups_[groups_.size() - 1 - std::size_t(groups_left)]);
}

}  // namespace gs::ptx
