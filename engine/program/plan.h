// plan.h - steps, the tensors they read and write, and where those tensors lie in memory.
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

/// For each step, the steps that must come before it, directly: a reader after the writers before it, a writer after
/// the readers and writers before it (in list order), through the same tensor.
std::vector<std::vector<int>> dependencies(const std::vector<OpCall>&);

/// The same without those that follow from others: the edges that a graph needs.
std::vector<std::vector<int>> least_dependencies(const std::vector<OpCall>&);

/// [i][j]: must steps i and j, of whatever runs of their list, not run at the same time, since one writes memory of the
/// other? Symmetric.
using Conflicts = std::vector<std::vector<bool>>;
/// By where their tensors and workspaces lie.
Conflicts conflicts(const std::vector<OpCall>&, const Addresses&, const std::vector<Tensor>&);

/// For `repeats` runs of the steps one after another, the edges of the calls 0 .. repeats * steps - 1: within a run
/// those of least_dependencies(); from a run to the next, an edge between two steps that clash, unless it follows from
/// others. So a batch is gathered while the weights of the step before are updated. (Runs that are further apart need
/// no edges of their own: every step writes something, so it clashes with itself in the run between.)
std::vector<std::vector<int>> repeated_dependencies(const std::vector<OpCall>&, int repeats, const Conflicts&);

/// The length of the longest chain of calls in which each needs the one before it; a call is as long as its weight.
/// `before`: for each call those that it needs, all of smaller index.
double longest_chain(const std::vector<std::vector<int>>& before, const std::vector<double>& weights);
/// That of one run of the steps.
int longest_chain(const std::vector<OpCall>&, const std::vector<int>& weights);

/// Places every planned tensor, padded to 256 bytes. Two tensors share memory only when every step that touches the one
/// is an ancestor of the step that first writes the other: any topological order of the steps gives the same bits.
MemoryPlan plan_memory(const std::vector<Tensor>&, const std::vector<OpCall>&);

}  // namespace gs
