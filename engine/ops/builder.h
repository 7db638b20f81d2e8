// builder.h - what the adapters of ops write into while a program is compiled: tensors, and steps with a chosen
// implementation.
#pragma once
#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "engine/device/device.h"
#include "engine/library/library.h"
#include "engine/program/choice.h"
#include "engine/program/plan.h"

namespace gs {

/// Asks the device's library for what it offers; called only where the choice may need it.
template <class Op>
using LibraryQuery = std::function<std::vector<Implementation<Op>>(Library&)>;

class Builder {
 public:
  Builder(Device& device, const ImplementationChoice& choice) : device_(device), choice_(choice) {}

  Device& device() const { return device_; }
  const Rooms& rooms() const { return device_.rooms(); }

  TensorId tensor(std::string name, std::size_t bytes, Lifetime lifetime = Lifetime::planned) {
    tensors_.push_back({std::move(name), bytes, lifetime});
    return TensorId(tensors_.size()) - 1;
  }

  /// Appends a step to the list that is being built. `spec` has the name, the pass, reads and writes; `call(launch, at,
  /// workspace, stream)` passes the op's arguments. Throws UsageError when the choice names an implementation that is
  /// not available.
  template <class Op, class Call>
  void step(Step spec, Room<Op> room, const typename Op::Problem& problem, const LibraryQuery<Op>& query, Call call) {
    Implementation<Op> chosen = choose<Op>(spec.name, room, problem, query);
    spec.implementation = chosen.name;
    spec.note = chosen.note;
    spec.cost = cost(Op{}, problem);
    if (chosen.workspace_bytes > 0) spec.workspace = tensor(spec.name + " workspace", chosen.workspace_bytes);
    spec.call = [launch = std::move(chosen.launch), call, workspace = spec.workspace](const Addresses& at, stream_t s) {
      call(launch, at, at[workspace], s);
    };
    steps_.push_back(std::move(spec));
  }
  template <class Op, class Call>
  void step(Step spec, Room<Op> room, const typename Op::Problem& problem, Call call) {
    step<Op>(std::move(spec), room, problem, LibraryQuery<Op>{}, std::move(call));
  }

  const std::vector<Tensor>& tensors() const { return tensors_; }
  /// The steps since the last call; the next ones start a new list over the same tensors.
  std::vector<Step> take_steps() { return std::exchange(steps_, {}); }

 private:
  template <class Op>
  Implementation<Op> choose(const std::string& step, Room<Op> room, const typename Op::Problem& problem,
                            const LibraryQuery<Op>& query) {
    std::vector<Implementation<Op>> own, library;
    for (const Technique<Op>& row : room)
      if (row.supports(problem) && (row.arithmetic == Arithmetic::fp32 || device_.tf32()))
        own.push_back({std::string(row.name), "", row.workspace_bytes(problem), row.launch});
    const auto fixed = choice_.fixed.find(step);
    const bool is_fixed = fixed != choice_.fixed.end();
    const auto named = [&](auto& list) {
      return std::find_if(list.begin(), list.end(), [&](const auto& i) { return i.name == fixed->second; });
    };
    if (is_fixed)
      if (const auto at = named(own); at != own.end()) return std::move(*at);
    if (query && device_.library() && (is_fixed || choice_.rule != "own")) library = query(*device_.library());
    if (is_fixed) {
      if (const auto at = named(library); at != library.end()) return std::move(*at);
      throw_unavailable(step, fixed->second, names(own), names(library));
    }
    if (!library.empty() &&
        (own.empty() || choice_.rule == "library" || library_pays(Op{}, problem, device_.rooms().target)))
      return std::move(library.front());
    if (own.empty()) throw_unavailable(step, "own", {}, names(library));
    return std::move(own.back());  // the last technique of the room's ladder that fits the problem
  }
  template <class List>
  static std::vector<std::string> names(const List& list) {
    std::vector<std::string> result;
    for (const auto& item : list) result.push_back(item.name);
    return result;
  }
  [[noreturn]] void throw_unavailable(const std::string& step, const std::string& wanted, std::vector<std::string> own,
                                      const std::vector<std::string>& library) const;

  Device& device_;
  const ImplementationChoice& choice_;
  std::vector<Tensor> tensors_;
  std::vector<Step> steps_;
};

}  // namespace gs
