// launch.h - a kernel launch, and its execution by the interpreter.
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
  std::vector<std::byte> parameters;  ///< Kernel::parameter_bytes bytes, each parameter at its offset
  std::vector<Region> memory;         ///< global memory that the kernel may access, besides the module's variables
  bool timed = false;                 ///< also fills Counts::block_cycles and last_block_cycles
};

/// Executed instructions. A diverged warp executes an instruction once per group of lanes; one that waits for lanes
/// counts once they have arrived. Instructions count even if their guard is false.
struct Counts {
  std::vector<std::uint64_t> executed;  ///< warp executions of each instruction in Kernel::code
  std::uint64_t warp_instructions = 0;  ///< their sum
  std::uint64_t lane_instructions = 0;  ///< lane executions: each execution counts its lanes
  std::uint64_t block_cycles = 0;       ///< of the block in the middle of the grid (timeline.h), if timed
  std::uint64_t last_block_cycles = 0;  ///< of the last block, which runs after all others
};

/// Runs all blocks, in parallel on OpenMP's threads, and returns when they have ended. Throws PtxError with the kernel,
/// the block, the thread, the source line and the instruction if a thread
///   - accesses an address that is unaligned or outside of the memory that it may access;
///   - writes a parameter;
///   - reads shared memory that was never written, or accesses the destination of a copy before waiting for it;
///   - ends with asynchronous copies that it has not waited for;
///   - shuffles from a lane that does not take part, or reaches a barrier with only some lanes of its warp;
///   - waits at a barrier or a warp-level instruction for lanes that have ended or never arrive.
/// Throws PtxError, too, if the grid or block size or the size of the parameters is invalid.
Counts run(const Launch&);

/// Thread whose instructions are printed to standard output as it executes them, each with its source line and the
/// values that it reads and writes.
struct TracedThread {
  std::string kernel;  ///< a part of its C++ name; empty: no trace
  unsigned block = 0, thread = 0;
};
/// Thread that later launches trace; set from GRIDSTRIDE_PTX_TRACE=KERNEL:BLOCK:THREAD.
TracedThread& traced_thread();

}  // namespace gs::ptx
