// counts.h - counts of the kernels' work: blocks, threads and barriers in every program; memory accesses if the kernels
// are instrumented (gridstride-check, test_sim_check).
//
// A "request" is one memory instruction of a warp, executed by some or all of its lanes at once. docs/simulator.md,
// "Counting", has the rule by which the accesses of lanes, which run one after another, become requests.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "kernels/sim/types.h"

namespace gs::simulator {

/// Requests, summed over some instructions.
struct RequestCounts {
  std::int64_t requests = 0;            ///< of global memory
  std::int64_t sectors = 0;             ///< of 32 bytes, touched by each request, summed
  std::int64_t wasted_sectors = 0;      ///< sectors beyond those that a request's bytes would fill side by side
  std::int64_t shared_requests = 0;     ///< of shared memory
  std::int64_t bank_conflicts = 0;      ///< turns of the 32 banks beyond the minimum
  std::int64_t divergent_requests = 0;  ///< of both, made by only some of the warp's living lanes

  RequestCounts& operator+=(const RequestCounts&);
};

/// The requests of one source line.
struct LineCounts : RequestCounts {
  std::string place;  ///< "kernels/dense/dense_tiled.cu:31"
  std::string file;   ///< "/home/me/gridstride/kernels/dense/dense_tiled.cu"
  unsigned line = 0;  ///< 31; 0: unknown
};

/// One completed launch.
struct CountedLaunch {
  std::string kernel;
  dim3 grid, block;
  std::size_t shared_bytes = 0;  ///< dynamic shared memory of a block
  std::int64_t barriers = 0;     ///< __syncthreads that its blocks passed
};

struct Counts : RequestCounts {
  std::vector<CountedLaunch> launches;                 ///< in launch order
  std::int64_t blocks = 0, threads = 0, barriers = 0;  ///< of all launches

  bool memory = false;                 ///< accesses were counted; if false, the fields below and RequestCounts are 0
  std::int64_t loads = 0, stores = 0;  ///< of threads, on global memory; an atomic operation is one of each
  std::int64_t loaded_bytes = 0, stored_bytes = 0;  ///< bytes of those
  std::int64_t touched_sectors = 0;                 ///< distinct sectors of global memory, each once
  std::size_t static_shared_bytes = 0;              ///< of the __shared__ variables that were touched
  std::vector<LineCounts> lines;                    ///< by source line: most sectors and conflicts first
  /// Some requests were split, because lanes made more accesses between two meeting points than are kept; a GPU makes
  /// fewer.
  bool cut_apart = false;
};

/// Runs `calls` and counts the launches of the `sim` target that the calling OS thread makes in it. Meanwhile threads
/// run in ascending order and the race checker is off. Throws Error if this OS thread is counting already.
Counts count(const std::function<void()>& calls);

/// True if count() counts memory accesses in this program.
bool counts_memory();

}  // namespace gs::simulator
