// plan.h - dependencies of op calls, and the memory plan of their tensors.
#pragma once
#include <cstddef>
#include <vector>

#include "engine/calls/op_call.h"

namespace gs {

/// Byte offsets of the planned tensors in one arena.
struct MemoryPlan {
  std::vector<std::size_t> offset;  ///< by TensorId; fixed tensors have npos
  std::size_t arena_bytes = 0;      ///< size of the arena
  std::size_t unshared_bytes = 0;   ///< sum of all padded tensors: the size without sharing
  static constexpr std::size_t npos = std::size_t(-1);
};

/// Direct predecessors of each call: a reader follows the last writer of its tensor, a writer the last writer and all
/// readers since (in list order).
std::vector<std::vector<int>> dependencies(const std::vector<OpCall>&);

/// Transitive reduction of `dependencies()`: the edges that a graph needs.
std::vector<std::vector<int>> least_dependencies(const std::vector<OpCall>&);

/// [i][j]: true if calls i and j share memory and one of them writes it. Symmetric.
using Conflicts = std::vector<std::vector<bool>>;
/// Compares the addresses of their tensors and workspaces.
Conflicts conflicts(const std::vector<OpCall>&, const Addresses&, const std::vector<Tensor>&);

/// Direct predecessors of calls 0 .. repeats * calls - 1 in `repeats` consecutive runs of the list. Within a run:
/// least_dependencies(). Between consecutive runs: an edge per conflict that no other edges imply. So a batch is
/// gathered while the previous step's weights are updated. Runs further apart need no edges: every call writes, so it
/// conflicts with itself in the run between.
std::vector<std::vector<int>> repeated_dependencies(const std::vector<OpCall>&, int repeats, const Conflicts&);

/// Length of the critical path, in the unit of `weights` (one per call). `before`: predecessors of each call, all of
/// smaller index.
double longest_chain(const std::vector<std::vector<int>>& before, const std::vector<double>& weights);
/// Critical path of one run of the list.
int longest_chain(const std::vector<OpCall>&, const std::vector<int>& weights);

/// Places every planned tensor, padded to 256 bytes. Two tensors share memory only if every call that touches the one
/// is an ancestor of the call that first writes the other, so any topological order of the calls gives the same bits.
/// Throws gs::Error if a call reads a planned tensor that no earlier call writes.
MemoryPlan plan_memory(const std::vector<Tensor>&, const std::vector<OpCall>&);

}  // namespace gs
