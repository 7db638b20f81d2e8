// counter_hooks.h - how the runtime and the counter of accesses talk: the runtime tells where warps meet.
#pragma once
#include <cstdint>
#include <string_view>

#include "kernels/sim/counts.h"
#include "kernels/sim/runtime.h"

namespace gs::simulator {

/// What the counter wants to see; linked into programs with instrumented kernels only.
struct CounterHooks {
  void (*begin)();          ///< forget everything, count from now on
  void (*add_to)(Counts&);  ///< what was counted, once
  void (*end)();            ///< no longer
  void (*launch_begins)();
  void (*block_begins)(unsigned threads);
  /// All lanes of a warp that live have come to one place: a barrier, a warp operation, their end. `living`: those that
  /// go on.
  void (*warp_meets)(unsigned warp, std::uint32_t living);
  void (*whole_access)(WholeAccess, const void* address, std::size_t bytes, const void* return_address);
};

/// The counter that is linked, or null; and the same while this OS thread counts.
extern constinit const CounterHooks* linked_counter;
extern constinit thread_local const CounterHooks* counter;

/// Adds a launch that has ended to what this OS thread counts, if it does.
void note_counted(std::string_view kernel, dim3 grid, dim3 block, std::size_t shared_bytes, std::uint64_t barriers);

}  // namespace gs::simulator
