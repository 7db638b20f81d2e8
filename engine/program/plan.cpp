// plan.cpp - dependencies between op calls, and the memory plan derived from them.
#include "engine/program/plan.h"

#include <algorithm>
#include <numeric>

#include "engine/core/alignment.h"
#include "kernels/common/check.h"

namespace gs {
namespace {

using Edges = std::vector<std::vector<int>>;

/// ancestors[i][j]: call j must end before call i begins (transitive closure).
std::vector<std::vector<bool>> ancestors(const Edges& direct) {
  std::vector<std::vector<bool>> result(direct.size(), std::vector<bool>(direct.size(), false));
  for (std::size_t i = 0; i < direct.size(); ++i)
    for (const int j : direct[i]) {
      result[i][std::size_t(j)] = true;
      for (std::size_t k = 0; k < std::size_t(j); ++k)
        if (result[std::size_t(j)][k]) result[i][k] = true;
    }
  return result;
}

/// Transitive reduction.
Edges reduced(Edges edges) {
  const auto known = ancestors(edges);
  for (std::vector<int>& before : edges) {
    const std::vector<int> all = before;
    std::erase_if(before, [&](int j) {
      return std::any_of(all.begin(), all.end(), [&](int k) { return known[std::size_t(k)][std::size_t(j)]; });
    });
  }
  return edges;
}

/// The calls that touch a tensor, in list order; the first of them writes it.
struct Use {
  TensorId id;
  std::size_t bytes;
  std::vector<int> steps;
};

std::vector<Use> uses_of_planned(const std::vector<Tensor>& tensors, const std::vector<OpCall>& steps) {
  std::vector<Use> by_id(tensors.size());
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const auto touch = [&](TensorId id) {
      if (id == no_tensor) return;
      std::vector<int>& list = by_id[std::size_t(id)].steps;
      if (list.empty() || list.back() != int(i)) list.push_back(int(i));
    };
    const auto written_before = [&](TensorId id) { return !by_id[std::size_t(id)].steps.empty(); };
    for (const TensorId id : steps[i].reads)
      if (id != no_tensor)
        require(tensors[std::size_t(id)].lifetime == Lifetime::fixed || written_before(id),
                steps[i].name + " reads " + tensors[std::size_t(id)].name + ", which no earlier call writes");
    for (const TensorId id : steps[i].reads) touch(id);
    for (const TensorId id : steps[i].writes) touch(id);
    touch(steps[i].workspace);
  }
  std::vector<Use> planned;
  for (std::size_t id = 0; id < tensors.size(); ++id)
    if (tensors[id].lifetime == Lifetime::planned && !by_id[id].steps.empty())
      planned.push_back({TensorId(id), aligned_size(std::max<std::size_t>(tensors[id].bytes, 1)), by_id[id].steps});
  return planned;
}

}  // namespace

std::vector<std::vector<int>> dependencies(const std::vector<OpCall>& steps) {
  struct Last {
    int writer = -1;
    std::vector<int> readers;
  };
  std::vector<Last> last;
  std::vector<std::vector<int>> result(steps.size());
  const auto of = [&](TensorId id) -> Last& {
    if (std::size_t(id) >= last.size()) last.resize(std::size_t(id) + 1);
    return last[std::size_t(id)];
  };
  for (int i = 0; i < int(steps.size()); ++i) {
    std::vector<int>& before = result[std::size_t(i)];
    const auto after = [&](int j) {
      if (j >= 0 && j != i && std::find(before.begin(), before.end(), j) == before.end()) before.push_back(j);
    };
    const OpCall& step = steps[std::size_t(i)];
    for (const TensorId id : step.reads)
      if (id != no_tensor) after(of(id).writer);
    for (const TensorId id : step.writes) {
      if (id == no_tensor) continue;
      after(of(id).writer);
      for (const int reader : of(id).readers) after(reader);
    }
    for (const TensorId id : step.reads)
      if (id != no_tensor) of(id).readers.push_back(i);
    for (const TensorId id : step.writes)
      if (id != no_tensor) of(id) = {i, {}};
  }
  return result;
}

std::vector<std::vector<int>> least_dependencies(const std::vector<OpCall>& steps) {
  return reduced(dependencies(steps));
}

Conflicts conflicts(const std::vector<OpCall>& steps, const Addresses& addresses, const std::vector<Tensor>& tensors) {
  struct Access {
    TensorId id;
    const std::byte *begin, *end;
    bool writes;
    bool clashes_with(const Access& other) const {
      return (writes || other.writes) && (id == other.id || (begin < other.end && other.begin < end));
    }
  };
  std::vector<std::vector<Access>> accesses;  // one list per call
  for (const OpCall& step : steps) {
    std::vector<Access>& list = accesses.emplace_back();
    const auto add = [&](TensorId id, bool writes) {
      if (id == no_tensor) return;
      const auto* const begin = static_cast<const std::byte*>(addresses[id]);
      list.push_back({id, begin, begin + tensors[std::size_t(id)].bytes, writes});
    };
    for (const TensorId id : step.reads) add(id, false);
    for (const TensorId id : step.writes) add(id, true);
    add(step.workspace, true);
  }
  const auto clash = [](const std::vector<Access>& a, const std::vector<Access>& b) {
    return std::any_of(a.begin(), a.end(), [&](const Access& one) {
      return std::any_of(b.begin(), b.end(), [&](const Access& other) { return one.clashes_with(other); });
    });
  };
  Conflicts result;
  for (const auto& one : accesses) {
    result.emplace_back();
    for (const auto& other : accesses) result.back().push_back(clash(one, other));
  }
  return result;
}

std::vector<std::vector<int>> repeated_dependencies(const std::vector<OpCall>& steps, int repeats,
                                                    const Conflicts& clash) {
  const int size = int(steps.size());
  Edges two_runs = dependencies(steps);
  for (int i = 0; i < size; ++i) {
    std::vector<int> before;
    for (const int j : two_runs[std::size_t(i)]) before.push_back(size + j);
    for (int j = 0; j < size; ++j)
      if (clash[std::size_t(i)][std::size_t(j)]) before.push_back(j);
    two_runs.push_back(std::move(before));
  }
  const Edges least = reduced(std::move(two_runs));
  Edges result;
  for (int run = 0; run < repeats; ++run)
    for (int i = 0; i < size; ++i) {
      result.emplace_back();
      // All later runs repeat the second run's edges, relative to their previous run.
      for (const int j : least[std::size_t(run == 0 ? i : size + i)])
        result.back().push_back(j + std::max(run - 1, 0) * size);
    }
  return result;
}

double longest_chain(const std::vector<std::vector<int>>& before, const std::vector<double>& weights) {
  std::vector<double> length(before.size(), 0);
  double longest = 0;
  for (std::size_t i = 0; i < before.size(); ++i) {
    for (const int j : before[i]) length[i] = std::max(length[i], length[std::size_t(j)]);
    length[i] += weights[i];
    longest = std::max(longest, length[i]);
  }
  return longest;
}

int longest_chain(const std::vector<OpCall>& steps, const std::vector<int>& weights) {
  return int(longest_chain(dependencies(steps), std::vector<double>(weights.begin(), weights.end())));
}

MemoryPlan plan_memory(const std::vector<Tensor>& tensors, const std::vector<OpCall>& steps) {
  const auto before = ancestors(dependencies(steps));
  std::vector<Use> uses = uses_of_planned(tensors, steps);

  // In any topological order, the last use of `a` comes before the first write of `b`.
  const auto ends_before = [&](const Use& a, const Use& b) {
    const std::vector<bool>& known = before[std::size_t(b.steps.front())];
    return std::all_of(a.steps.begin(), a.steps.end(), [&](int step) { return known[std::size_t(step)]; });
  };

  MemoryPlan plan;
  plan.offset.assign(tensors.size(), MemoryPlan::npos);
  // Largest first, each at the lowest offset that overlaps no tensor which may be alive at the same time.
  std::stable_sort(uses.begin(), uses.end(), [](const Use& a, const Use& b) { return a.bytes > b.bytes; });
  std::vector<const Use*> placed;
  for (const Use& use : uses) {
    std::vector<const Use*> rivals;
    for (const Use* other : placed)
      if (!ends_before(*other, use) && !ends_before(use, *other)) rivals.push_back(other);
    const auto offset_of = [&](const Use* u) { return plan.offset[std::size_t(u->id)]; };
    std::sort(rivals.begin(), rivals.end(), [&](auto* a, auto* b) { return offset_of(a) < offset_of(b); });
    std::size_t offset = 0;
    for (const Use* rival : rivals) {
      if (offset + use.bytes <= offset_of(rival)) break;
      offset = std::max(offset, offset_of(rival) + rival->bytes);
    }
    plan.offset[std::size_t(use.id)] = offset;
    plan.arena_bytes = std::max(plan.arena_bytes, offset + use.bytes);
    plan.unshared_bytes += use.bytes;
    placed.push_back(&use);
  }
  return plan;
}

}  // namespace gs
