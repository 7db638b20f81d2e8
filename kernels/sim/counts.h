// counts.h - what kernels did, in numbers: blocks, threads and barriers in every program; accesses of memory where the
// kernels are instrumented (gridstride-check, test_sim_check).
//
// A "request" is what a GPU's memory sees: one instruction of a warp, made by some or all of its lanes at once. By
// which rule the accesses of lanes that run one after another become requests: docs/simulator.md, "Counting".
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "kernels/sim/types.h"

namespace gs::simulator {

/// The requests of some instructions.
struct RequestCounts {
  std::int64_t requests = 0;            ///< of global memory
  std::int64_t sectors = 0;             ///< of 32 bytes, that each of those touches, summed
  std::int64_t wasted_sectors = 0;      ///< of those, beyond what the bytes of a request's lanes fill side by side
  std::int64_t shared_requests = 0;     ///< of shared memory
  std::int64_t bank_conflicts = 0;      ///< turns of the 32 banks beyond those that the bytes need
  std::int64_t divergent_requests = 0;  ///< of both, made by a part of the warp's living lanes

  RequestCounts& operator+=(const RequestCounts&);
};

/// The requests of one source line.
struct LineCounts : RequestCounts {
  std::string place;  ///< "kernels/dense/dense_tiled.cu:31"
};

/// One launch that ran to its end.
struct CountedLaunch {
  std::string kernel;
  dim3 grid, block;
  std::size_t shared_bytes = 0;  ///< dynamic shared memory of a block
  std::int64_t barriers = 0;     ///< __syncthreads that its blocks passed
};

struct Counts : RequestCounts {
  std::vector<CountedLaunch> launches;                 ///< in their order
  std::int64_t blocks = 0, threads = 0, barriers = 0;  ///< of all launches

  bool memory = false;                 ///< were accesses counted? false: what follows and RequestCounts are 0
  std::int64_t loads = 0, stores = 0;  ///< of threads, on global memory; an atomic operation is one of each
  std::int64_t loaded_bytes = 0, stored_bytes = 0;  ///< what those ask for
  std::vector<LineCounts> lines;                    ///< by source line: most sectors and conflicts first
  /// Some lanes made more accesses between two meeting points than are kept: their requests were cut apart, so there
  /// are more of them than on a GPU.
  bool cut_apart = false;
};

/// Runs `calls` and counts the launches of the `sim` target that the calling OS thread makes in it. Threads run in
/// ascending order meanwhile, and the race checker looks away. Throws Error if it is counting already.
Counts count(const std::function<void()>& calls);

/// Does count() see accesses of memory in this program?
bool counts_memory();

}  // namespace gs::simulator
