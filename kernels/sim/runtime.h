// runtime.h - what compiled kernels ask of the simulator's runtime: who am I, meet the others, run a grid.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "kernels/common/check.h"
#include "kernels/common/target.h"
#include "kernels/sim/types.h"

namespace gs::simulator {

// Real variables, one set per OS thread, so that a debugger can print them and break on them. The model of the storage
// lets kernels in a module that is loaded at run time read them without a call: the runtime is there from the start.
[[gnu::tls_model("initial-exec")]] extern constinit thread_local uint3 threadIdx, blockIdx;
[[gnu::tls_model("initial-exec")]] extern constinit thread_local dim3 blockDim, gridDim;

/// The part of an element-wise launch that this OS thread computes; `active` is false inside blocks.
struct Share {
  std::int64_t begin = 0, end = 0;
  bool active = false;
};
[[gnu::tls_model("initial-exec")]] extern constinit thread_local Share share;

/// Calls the kernel once, for the thread that the built-in variables name.
using Invoke = void (*)(void* arguments);

/// Where and how wide a kernel runs, and the line that said so.
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
  bool one_os_thread;  ///< its __shared__ variables are plain statics, so that two blocks may not run at once
  stream_t stream;     ///< null: it runs at once
  std::shared_ptr<void> (*copy)(const void* arguments);  ///< for a launch that outlives its call
};

/// Runs all blocks; returns when they have ended. Throws SimError on a launch that CUDA would refuse and on errors of
/// the kernel; after an error the next launch works. A launch on a stream is left to what take_stream_launches named.
void run_grid(const Launch&);

/// From now on launches on a stream that is not null are checked against CUDA's limits and given to `take`, which runs
/// them when their turn comes, by run_grid with a null stream.
void take_stream_launches(void (*take)(const Launch&));

/// Calls `invoke` with `share` set to contiguous parts of [0, n), one per OpenMP thread.
void run_elementwise(std::int64_t n, Invoke invoke, void* arguments);

/// Calls body(context, begin, end) for contiguous parts of [0, n), one per OpenMP thread, each at least `grain` long.
void run_shares(std::int64_t n, std::int64_t grain, void (*body)(void* context, std::int64_t begin, std::int64_t end),
                void* context);

// ---- called by a simulated thread
void barrier(source_location where);
void sync_warp(std::uint32_t mask, source_location where);
/// Every lane gives `value` and gets the value of lane `source`.
std::uint64_t exchange(std::uint32_t mask, std::uint64_t value, unsigned source, source_location where);
/// The lanes of `mask` whose predicate is true.
std::uint32_t vote(std::uint32_t mask, bool predicate, source_location where);

// ---- the matrix instructions of tensor cores (tensor_core.h): all 32 lanes take part, each with its fragments
void mma_m16n8k8_tf32(float* d, const std::uint32_t* a, const std::uint32_t* b, source_location where);
void mma_m16n8k16_bf16(float* d, const std::uint32_t* a, const std::uint32_t* b, source_location where);
/// `row`: the four words at the address that this lane names.
void ldmatrix_x4(std::uint32_t* result, const std::uint32_t* row, source_location where);
void ldmatrix_x4_trans(std::uint32_t* result, const std::uint32_t* row, source_location where);

// ---- copies to shared memory that arrive when they are waited for (async_copy.h)
struct AsyncCopy {
  void* to;
  int words;
  std::uint32_t data[4];
};
void start_async_copy(const AsyncCopy&);
/// The copies of this thread since the last call are a group.
void commit_async_copies();
/// The oldest copy of this thread that is not in its `groups` latest groups: it counts as done. False: there is none.
bool finish_async_copy(int groups, AsyncCopy&);

// ---- accesses of memory that a GPU makes with one instruction, and the simulator's code in pieces
enum class WholeAccess { global_load, shared_load, shared_store };
/// Counts (counts.h) an access of `bytes` bytes; 0: this lane takes part in the instruction but accesses nothing. Its
/// pieces, which follow until the runtime is called again, are not counted.
void count_whole(WholeAccess, const void* address, std::size_t bytes);

unsigned lane_index();
void* dynamic_shared();
void dependency_wait();
void set_loop(loop_t loop, bool go_on);
void thread_fence();
/// Ends the launch with a SimError that says where it happened.
[[noreturn]] void fail(std::string_view message);

}  // namespace gs::simulator
