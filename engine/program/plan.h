// plan.h - the order that op calls need, and where their tensors lie in memory.
#pragma once
#include <cstddef>
#include <vector>

#include "engine/calls/op_call.h"

namespace gs {

/// Byte offsets of the planned tensors in one arena.
struct MemoryPlan {
  std::vector<std::size_t> offset;  ///< by TensorId; fixed tensors have npos
  std::size_t arena_bytes = 0;      ///< what the plan takes
  std::size_t unshared_bytes = 0;   ///< what it would take if no two tensors shared memory
  static constexpr std::size_t npos = std::size_t(-1);
};

/// For each call, the calls that must come before it, directly: a reader after the writers before it, a writer after
/// the readers and writers before it (in list order), through the same tensor.
std::vector<std::vector<int>> dependencies(const std::vector<OpCall>&);

/// Transitive reduction of dependencies(): the edges that a graph needs.
std::vector<std::vector<int>> least_dependencies(const std::vector<OpCall>&);

/// [i][j]: true if calls i and j, of any two runs of their list, share memory and one of them writes it. Symmetric.
using Conflicts = std::vector<std::vector<bool>>;
/// By where their tensors and workspaces lie.
Conflicts conflicts(const std::vector<OpCall>&, const Addresses&, const std::vector<Tensor>&);

/// For `repeats` runs of the list one after another, the edges of the calls 0 .. repeats * calls - 1: within a run
/// those of least_dependencies(); from a run to the next, an edge between two calls that conflict, unless it follows
/// from others. So a batch is gathered while the weights of the step before are updated. (Runs that are further apart
/// need no edges of their own: every call writes something, so it conflicts with itself in the run between.)
std::vector<std::vector<int>> repeated_dependencies(const std::vector<OpCall>&, int repeats, const Conflicts&);

/// The length of the longest chain of calls in which each needs the one before it; a call is as long as its weight.
/// `before`: for each call those that it needs, all of smaller index.
double longest_chain(const std::vector<std::vector<int>>& before, const std::vector<double>& weights);
/// That of one run of the list.
int longest_chain(const std::vector<OpCall>&, const std::vector<int>& weights);

/// Places every planned tensor, padded to 256 bytes. Two tensors share memory only when every step that touches the one
/// is an ancestor of the step that first writes the other: any topological order of the steps gives the same bits.
MemoryPlan plan_memory(const std::vector<Tensor>&, const std::vector<OpCall>&);

}  // namespace gs
