// runtime.h - the simulator's runtime as compiled kernels see it: built-in variables, synchronisation, launches.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "kernels/common/check.h"
#include "kernels/common/target.h"
#include "kernels/sim/place.h"
#include "kernels/sim/types.h"

namespace gs::simulator {

// Real variables, one set per OS thread, so that a debugger can print them and break on them; gridDim is 0 outside of
// kernels. The model of the storage lets kernels in a module that is loaded at run time read them without a call: the
// runtime is there from the start.
[[gnu::tls_model("initial-exec")]] extern constinit thread_local uint3 threadIdx, blockIdx;
[[gnu::tls_model("initial-exec")]] extern constinit thread_local dim3 blockDim, gridDim;

/// The part of an element-wise launch that this OS thread computes; `active` is false inside blocks.
struct Share {
  std::int64_t begin = 0, end = 0;
  bool active = false;
};
[[gnu::tls_model("initial-exec")]] extern constinit thread_local Share share;

/// Bytes beside each __shared__ variable, and before and behind dynamic shared memory, for the race checker.
constexpr std::size_t shared_guard_bytes = 4096;

/// Calls the kernel once, for the thread that the built-in variables name.
using Invoke = void (*)(void* arguments);

/// Geometry of a launch, and its source line.
struct Geometry {
  dim3 grid, block;
  std::size_t shared_bytes = 0;
  bool programmatic = false;  ///< every thread must call dependency_wait() before it touches global memory
  source_location where;
  Geometry(dim3 grid, dim3 block, std::size_t shared_bytes = 0, bool programmatic = false,
           source_location where = source_location::current())
      : grid(grid), block(block), shared_bytes(shared_bytes), programmatic(programmatic), where(where) {}
};

/// A kernel with its arguments, ready to run. The arguments outlive the call of run_grid.
struct Launch {
  std::string_view kernel;
  Geometry geometry;
  Invoke invoke;
  void* arguments;
  std::size_t argument_bytes;
  bool one_os_thread;  ///< its __shared__ variables are plain statics: two blocks must not run at once
  stream_t stream;     ///< null: runs before run_grid() returns
  std::shared_ptr<void> (*copy)(const void* arguments);  ///< for a launch that outlives its call
};

/// Runs all blocks; returns when they have ended. Throws SimError if CUDA would refuse the launch or the kernel fails;
/// later launches still work. A launch on a stream is forwarded to the function set by take_stream_launches().
void run_grid(const Launch&);

/// Forwards later launches on a non-null stream, checked against CUDA's limits, to `take`, which runs them in stream
/// order by run_grid() with a null stream.
void take_stream_launches(void (*take)(const Launch&));

/// Calls `invoke` with `share` set to contiguous parts of [0, n), one per OpenMP thread.
void run_elementwise(std::int64_t n, Invoke invoke, void* arguments);

/// Calls body(context, begin, end) for contiguous parts of [0, n), one per OpenMP thread, each at least `grain` long.
void run_shares(std::int64_t n, std::int64_t grain, void (*body)(void* context, std::int64_t begin, std::int64_t end),
                void* context);

// ---- called by a simulated thread
void barrier(Place where);
/// The same, and returns in how many of the block's threads `predicate` holds.
unsigned barrier_count(bool predicate, Place where);
void sync_warp(std::uint32_t mask, Place where);
/// Each lane passes `value` and gets the value of lane `source`.
std::uint64_t exchange(std::uint32_t mask, std::uint64_t value, unsigned source, Place where);
/// The lanes of `mask` whose predicate is true.
std::uint32_t vote(std::uint32_t mask, bool predicate, Place where);
/// The lanes of this warp that come to the same call before any of them goes on.
std::uint32_t active_lanes(Place where);

// ---- the matrix instructions of tensor cores (tensor_core.h): all 32 lanes take part, each with its fragments
void mma_m16n8k8_tf32(float* d, const std::uint32_t* a, const std::uint32_t* b, Place where);
void mma_m16n8k16_bf16(float* d, const std::uint32_t* a, const std::uint32_t* b, Place where);
/// `row`: the four words of the row that this lane addresses.
void ldmatrix_x4(std::uint32_t* result, const std::uint32_t* row, Place where);
void ldmatrix_x4_trans(std::uint32_t* result, const std::uint32_t* row, Place where);

// ---- copies to shared memory that are written at the wait (async_copy.h)
struct AsyncCopy {
  void* to;
  int words;
  std::uint32_t data[4];
};
void start_async_copy(const AsyncCopy&);
/// Commits this thread's copies since the last call as a group.
void commit_async_copies();
/// Takes this thread's oldest committed copy outside of its `groups` latest groups, which then counts as done. False if
/// none is left.
bool finish_async_copy(int groups, AsyncCopy&);

// ---- memory accesses that are one instruction on a GPU and several in the simulator
enum class WholeAccess { global_load, shared_load, shared_store };
/// Counts (counts.h) an access of `bytes` bytes; 0: this lane takes part in the instruction but accesses nothing. The
/// accesses that follow, until the next call of the runtime, are its pieces and are not counted.
void count_whole(WholeAccess, const void* address, std::size_t bytes);

unsigned lane_index();
void* dynamic_shared();
void dependency_wait();
void set_loop(loop_t loop, bool go_on);
void thread_fence();
/// True on a simulated thread.
bool in_kernel();
/// Ends the launch with a SimError that names the kernel, the launch and the block.
[[noreturn]] void fail(std::string_view message);
/// The same, for what the race checker has found.
[[noreturn]] void fail_reported(std::string_view message);

}  // namespace gs::simulator
