// trace.h - one thread, step by step.
#pragma once
#include <functional>

#include "kernels/ptx/warp.h"

namespace gs::ptx {

/// The lane of the warp that traced_thread() names; -1: it is none of this warp's.
int traced_lane(const Warp&);

/// Executes the instruction by `execute`, which says whether it was, and prints a line: where it was written, its text,
/// what the lane's registers that it names held before and hold after. `on`: its guard holds for the lane.
void trace(Warp&, const Instruction&, unsigned lane, bool on, const std::function<bool()>& execute);

}  // namespace gs::ptx
