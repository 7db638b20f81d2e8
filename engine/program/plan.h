// plan.h - steps, the tensors they read and write, and where those tensors lie in memory.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/program/storage.h"
#include "kernels/common/variant.h"

namespace gs {

using TensorId = int;
inline constexpr TensorId no_tensor = -1;

/// Pointers of all planned tensors, by id. Steps look their arguments up when they run.
struct Addresses {
  std::vector<void*> of;
  void* operator[](TensorId id) const { return id < 0 ? nullptr : of[std::size_t(id)]; }
  template <class T = float>
  T* get(TensorId id) const {
    return static_cast<T*>((*this)[id]);
  }
};

enum class Lifetime {
  fixed,    ///< keeps its content from step to step (parameters, moments, state, data): an address of its own
  planned,  ///< written and read within one run of the step list: shares the activations arena
};

struct Tensor {
  std::string name;
  std::size_t bytes = 0;
  Lifetime lifetime = Lifetime::planned;
  Storage storage = Storage::fp32;  ///< of a tensor that holds numbers
};

enum class Pass { gather, forward, loss, backward, update };
std::string_view to_string(Pass);  ///< the same words

struct Step {
  std::string name;  ///< "conv1 forward", "dense2 filter gradient"
  Pass pass = Pass::forward;
  std::string implementation;  ///< "onednn", "direct"
  std::string note;
  Cost cost;
  std::vector<TensorId> reads, writes;
  TensorId workspace = no_tensor;  ///< a planned tensor that only this step uses
  std::function<void(const Addresses&, stream_t)> call;
  bool tensor_cores = false;  ///< an own variant that declares them (Variant::arithmetic)
};

/// Byte offsets of the planned tensors in one arena.
struct MemoryPlan {
  std::vector<std::size_t> offset;  ///< by TensorId; fixed tensors have npos
  std::size_t arena_bytes = 0;      ///< what the plan takes
  std::size_t unshared_bytes = 0;   ///< what it would take if no two tensors shared memory
  static constexpr std::size_t npos = std::size_t(-1);
};

/// For each step, the steps that must come before it, directly: a reader after the writers before it, a writer after
/// the readers and writers before it (in list order), through the same tensor.
std::vector<std::vector<int>> dependencies(const std::vector<Step>&);

/// The same without those that follow from others: the edges that a graph needs.
std::vector<std::vector<int>> least_dependencies(const std::vector<Step>&);

/// [i][j]: must steps i and j, of whatever runs of their list, not run at the same time, since one writes memory of the
/// other? Symmetric.
using Clashes = std::vector<std::vector<bool>>;
/// By where their tensors and workspaces lie.
Clashes clashes(const std::vector<Step>&, const Addresses&, const std::vector<Tensor>&);

/// For `repeats` runs of the steps one after another, the edges of the calls 0 .. repeats * steps - 1: within a run
/// those of least_dependencies(); from a run to the next, an edge between two steps that clash, unless it follows from
/// others. So a batch is gathered while the weights of the step before are updated. (Runs that are further apart need
/// no edges of their own: every step writes something, so it clashes with itself in the run between.)
std::vector<std::vector<int>> repeated_dependencies(const std::vector<Step>&, int repeats, const Clashes&);

/// The length of the longest chain of calls in which each needs the one before it; a call is as long as its weight.
/// `before`: for each call those that it needs, all of smaller index.
double longest_chain(const std::vector<std::vector<int>>& before, const std::vector<double>& weights);
/// That of one run of the steps.
int longest_chain(const std::vector<Step>&, const std::vector<int>& weights);

/// Places every planned tensor, padded to 256 bytes. Two tensors share memory only when every step that touches the one
/// is an ancestor of the step that first writes the other: any topological order of the steps gives the same bits.
MemoryPlan plan_memory(const std::vector<Tensor>&, const std::vector<Step>&);

}  // namespace gs
