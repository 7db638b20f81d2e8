// op_bound.h - the least time of an op on a GPU, and what it is bound by.
#pragma once
#include <string_view>
#include <vector>

#include "engine/calls/op_call.h"
#include "engine/device/instruction_counter.h"
#include "engine/program/gpu_model.h"

namespace gs {

/// The limit on an op's time.
enum class Bound {
  unknown,
  bytes,       ///< those that it must move, at the memory's rate
  arithmetic,  ///< its operations, at the peak of its precision
  issue,       ///< its instructions, at one a cycle in each scheduler that has a warp
  latency,     ///< results that warps wait for, or too few blocks to fill the SMs
  launch,      ///< starting its kernels
};
std::string_view to_string(Bound);

/// Microseconds. An op takes its kernels' starts plus the longest of the others, for they overlap.
struct OpBound {
  double launch_us = 0, bytes_us = 0, arithmetic_us = 0;
  double issue_us = 0, latency_us = 0;  ///< sums over the op's kernels; 0 if its instructions were not counted
  double kernels_us = 0;                ///< likewise of the larger of the two of each kernel: they run one by one

  double us() const;
  Bound bound() const;  ///< the largest part; issue or latency if kernels_us is
};

/// `launches`: those of the op, counted; `kernels`: their number, if they were not. Per kernel, with B blocks of W
/// warps on S SMs and R blocks resident on an SM at a time, so at most b = ceil(B / S) blocks to an SM:
///
///   issue   = b (warp instructions / B) / min(4, W min(b, R))     cycles
///   latency = ceil(b / R) (cycles of a block that waits for no scheduler)
OpBound op_bound(const OpCall&, const std::vector<InterpretedLaunch>& launches, Precision, const GpuModel&);
OpBound op_bound(const OpCall&, int kernels, Precision, const GpuModel&);

/// Warps of a launch that an SM holds at a time, as a share of the most that it could hold.
double occupancy_on(const InterpretedLaunch&, const GpuModel&);

}  // namespace gs
