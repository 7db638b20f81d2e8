// trace.h - prints the instructions that one thread executes.
#pragma once
#include <functional>

#include "kernels/ptx/warp.h"

namespace gs::ptx {

/// Lane of traced_thread() in this warp; -1 if it is in another.
int traced_lane(const Warp&);

/// Calls `execute`, which returns false if the instruction must wait for lanes. If it ran, prints its source line, its
/// text, and the lane's values of the registers in it before and after. `on`: the guard is true for the lane.
void trace(Warp&, const Instruction&, unsigned lane, bool on, const std::function<bool()>& execute);

}  // namespace gs::ptx
