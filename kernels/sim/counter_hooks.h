// counter_hooks.h - interface between the runtime, which reports where warps meet, and the access counter.
#pragma once
#include <cstdint>
#include <string_view>

#include "kernels/sim/counts.h"
#include "kernels/sim/runtime.h"

namespace gs::simulator {

/// Lanes that have met in a warp operation.
struct WarpMeeting {
  unsigned warp;
  std::uint32_t lanes;
  const char* operation;    ///< "shuffle", "vote" ...
  const unsigned* sources;  ///< of a shuffle: the lane that each lane reads; else null
  Place where;
};

/// Events for the counter, which is linked only into programs with instrumented kernels.
struct CounterHooks {
  void (*begin)();          ///< starts counting at zero
  void (*add_to)(Counts&);  ///< adds the counts; called once
  void (*end)();            ///< stops counting
  void (*launch_begins)();
  void (*block_begins)(unsigned threads);
  /// All living lanes of a warp have met: at a barrier, a warp operation, or their end. `living`: the lanes that go on.
  void (*warp_meets)(unsigned warp, std::uint32_t living);
  void (*whole_access)(WholeAccess, const void* address, std::size_t bytes, const void* return_address);
  /// The block's threads have met at a barrier; their warps have been told of.
  void (*barrier)(Place where);
  /// Lanes of a warp have met in a warp operation, before the warp is told of.
  void (*warp_operation)(const WarpMeeting&);
};

/// The linked counter, or null. `counter` is set only while this OS thread counts.
extern constinit const CounterHooks* linked_counter;
extern constinit thread_local const CounterHooks* counter;

/// Adds a completed launch to the counts of this OS thread, if it counts.
void note_counted(std::string_view kernel, dim3 grid, dim3 block, std::size_t shared_bytes, std::uint64_t barriers);

}  // namespace gs::simulator
