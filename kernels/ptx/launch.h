// launch.h - a kernel with its arguments, and running it: what a GPU does with one launch.
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

#include "kernels/ptx/module.h"

namespace gs::ptx {

struct Dim3 {
  unsigned x = 1, y = 1, z = 1;
};

struct Launch {
  const Module* module = nullptr;
  const Kernel* kernel = nullptr;
  Dim3 grid, block;
  std::uint32_t dynamic_shared_bytes = 0;
  std::vector<std::byte> parameters;  ///< Kernel::parameter_bytes, each at its offset
  std::vector<Region> memory;         ///< global memory that the kernel may access; the module's own is known
};

/// Numbers of executed instructions. A warp whose lanes have parted executes an instruction once for each part;
/// what waits for lanes is executed once they are there. A guard that does not hold makes no difference.
struct Counts {
  std::vector<std::uint64_t> executed;  ///< by warps, for each of Kernel::code
  std::uint64_t warp_instructions = 0;  ///< their sum
  std::uint64_t lane_instructions = 0;  ///< summed over the lanes that took part
};

/// Runs all blocks, in parallel on OpenMP's threads, and returns when they have ended. Throws PtxError with the kernel,
/// the block, the thread, the source line and the instruction when a kernel
///   - accesses memory outside of `memory`, or shared, local or parameter memory outside of its bounds, or unaligned;
///   - writes a parameter;
///   - reads shared memory that was never written, or reads or writes where an asynchronous copy was not waited for;
///   - ends with asynchronous copies that it has not waited for;
///   - shuffles from a lane that takes no part, or comes to a barrier with a part of a warp's lanes;
///   - waits at a barrier, or at an instruction of a warp, for lanes that have ended or never come.
/// A launch whose sizes or parameters do not fit is refused.
Counts run(const Launch&);

/// One thread, step by step: prints on standard output each instruction that it executes, with its source line and the
/// values that it reads and writes.
struct TracedThread {
  std::string kernel;  ///< a part of its name as C++ has it; empty: nothing is traced
  unsigned block = 0, thread = 0;
};
/// The thread that later launches trace. GRIDSTRIDE_PTX_TRACE=KERNEL:BLOCK:THREAD sets it.
TracedThread& traced_thread();

}  // namespace gs::ptx
