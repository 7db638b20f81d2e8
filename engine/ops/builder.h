// builder.h - what the adapters of ops write into while a program is compiled: tensors, and steps with a chosen
// implementation.
#pragma once
#include <algorithm>
#include <iterator>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "engine/device/device.h"
#include "engine/library/library.h"
#include "engine/program/choice.h"
#include "engine/program/plan.h"
#include "engine/program/tuner.h"
#include "engine/program/tuning_key.h"

namespace gs {

/// Asks the device's library for what it offers; called only where the choice may need it.
template <class Op>
using LibraryQuery = std::function<std::vector<Implementation<Op>>(Library&)>;

class Builder {
 public:
  /// With a tuner the fastest implementation is chosen by its measurements, else by the choice's rule alone.
  Builder(Device& device, const ImplementationChoice& choice, Tuner* tuner = nullptr)
      : device_(device), choice_(choice), tuner_(tuner) {}

  Device& device() const { return device_; }
  template <class Op>
  Variants<Op> variants() const {
    return device_.variants<Op>();
  }

  /// Does the variant fit the problem, and its arithmetic what the run allows?
  template <class Op>
  bool usable(const Variant<Op>& row, const typename Op::Problem& problem) const {
    return row.supports(problem) && (row.arithmetic != Arithmetic::tf32 || device_.tf32());
  }

  TensorId tensor(std::string name, std::size_t bytes, Lifetime lifetime = Lifetime::planned) {
    tensors_.push_back({std::move(name), bytes, lifetime, Storage::fp32});
    return TensorId(tensors_.size()) - 1;
  }
  /// A tensor of `count` numbers.
  TensorId numbers(std::string name, std::int64_t count, Storage storage, Lifetime lifetime = Lifetime::planned) {
    tensors_.push_back({std::move(name), std::size_t(count) * bytes_of(storage), lifetime, storage});
    return TensorId(tensors_.size()) - 1;
  }

  /// Appends a step to the list that is being built. `spec` has the name, the pass, reads and writes; `call(launch, at,
  /// workspace, stream)` passes the op's arguments. Throws UsageError when the choice names an implementation that is
  /// not available.
  template <class Op, class Call>
  void step(Step spec, Variants<Op> variants, const typename Op::Problem& problem, const LibraryQuery<Op>& query,
            Call call) {
    Implementation<Op> chosen = choose<Op>(spec, variants, problem, query, call);
    spec.implementation = chosen.name;
    spec.note = chosen.note;
    spec.tensor_cores = chosen.tensor_cores;
    spec.cost = cost(Op{}, problem);
    if (chosen.workspace_bytes > 0) spec.workspace = tensor(spec.name + " workspace", chosen.workspace_bytes);
    spec.call = [launch = std::move(chosen.launch), call, workspace = spec.workspace](const Addresses& at, stream_t s) {
      call(launch, at, at[workspace], s);
    };
    steps_.push_back(std::move(spec));
  }
  template <class Op, class Call>
  void step(Step spec, Variants<Op> variants, const typename Op::Problem& problem, Call call) {
    step<Op>(std::move(spec), variants, problem, LibraryQuery<Op>{}, std::move(call));
  }

  /// The implementation that step() would take.
  template <class Op, class Call>
  Implementation<Op> choose(const Step& spec, Variants<Op> variants, const typename Op::Problem& problem,
                            const LibraryQuery<Op>& query, const Call& call) {
    std::vector<Implementation<Op>> own, library;
    const bool emulated = emulates_tf32<Op>(variants);
    for (const Variant<Op>& row : variants)
      if (emulated ? row.supports(problem) && row.arithmetic == Arithmetic::tf32 : usable(row, problem))
        own.push_back({std::string(row.name), "", row.workspace_bytes(problem), row.launch,
                       row.arithmetic != Arithmetic::fp32 && device_.registry().target() != Target::host, true});
    const std::optional<std::string> fixed = fixed_implementation(choice_, spec.name);
    const auto named = [&](auto& list) {
      return std::find_if(list.begin(), list.end(), [&](const auto& i) { return i.name == *fixed; });
    };
    if (fixed)
      if (const auto at = named(own); at != own.end()) return std::move(*at);
    if (query && device_.library() && !emulated && (fixed || choice_.rule != "own"))
      library = query(*device_.library());
    if (fixed) {
      if (const auto at = named(library); at != library.end()) return std::move(*at);
      throw_unavailable(spec.name, *fixed, names(own), names(library));
    }
    if (own.empty() && library.empty()) throw_unavailable(spec.name, "own", {}, {});
    // The default table's choice comes first: the library's best guess, or the variant of the highest rank.
    const bool library_first = !library.empty() && (own.empty() || choice_.rule == "library" ||
                                                    library_pays(Op{}, problem, device_.registry().target()));
    std::reverse(own.begin(), own.end());
    if (device_.registry().target() == Target::host && cost(Op{}, problem).flops > slow_rungs_flops && !own.empty())
      own.resize(1);
    std::vector<Implementation<Op>>& all = library_first ? library : own;
    if (!tuner_) return std::move(all.front());
    std::vector<Implementation<Op>>& others = library_first ? own : library;
    std::move(others.begin(), others.end(), std::back_inserter(all));
    return std::move(all[fastest<Op>(spec, problem, all, call)]);
  }

  /// Has the user fixed an implementation for a step of this name?
  bool fixes(const std::string& step) const { return fixed_implementation(choice_, step).has_value(); }

  enum class Fusing { no, yes, if_faster };
  /// Should one step `name` do what the steps `parts` would do? When its implementation is fixed; else, when none of
  /// the parts' is, where own kernels are used throughout, because the fused ones are ahead of the separate
  /// ones. With a tuner beside a library it is a matter of measuring (if_faster).
  template <class Op>
  Fusing fuses(const std::string& name, const std::vector<std::string>& parts, Variants<Op> variants,
               const typename Op::Problem& problem) const {
    const auto fits = [&](const Variant<Op>& row) { return usable(row, problem); };
    if (std::none_of(variants.begin(), variants.end(), fits)) return Fusing::no;
    if (fixes(name)) return Fusing::yes;
    if (std::any_of(parts.begin(), parts.end(), [&](const auto& part) { return fixes(part); })) return Fusing::no;
    if (tuner_) return Fusing::if_faster;
    return choice_.rule == "own" || !device_.library() ? Fusing::yes : Fusing::no;
  }

  /// Which of the candidates, the default first, the tuner finds to be fastest.
  std::size_t fastest(const std::string& problem, const Step& step, const std::vector<TuningCandidate>& candidates) {
    return tuner_->choose(problem, step, tensors_, candidates);
  }

  const std::vector<Tensor>& tensors() const { return tensors_; }
  /// The steps since the last call; the next ones start a new list over the same tensors.
  std::vector<Step> take_steps() { return std::exchange(steps_, {}); }

 private:
  /// Above it a CPU is not asked to run a plain loop, which takes longer than all the rest of the tuning and never won.
  static constexpr double slow_rungs_flops = 2e6;

  /// A CPU has no tensor cores. Where it is asked for tf32, variants that round as they do show what that does to a
  /// run, so nothing else may stand in for them: no variant in fp32, no library.
  template <class Op>
  bool emulates_tf32(Variants<Op> variants) const {
    const auto rounds = [](const Variant<Op>& row) { return row.arithmetic == Arithmetic::tf32; };
    return device_.registry().target() == Target::host && device_.tf32() &&
           std::any_of(variants.begin(), variants.end(), rounds);
  }

  /// Asks the tuner, which runs the candidates through `call` as the step itself would.
  template <class Op, class Call>
  std::size_t fastest(const Step& spec, const typename Op::Problem& problem,
                      const std::vector<Implementation<Op>>& implementations, const Call& call) {
    std::string key = tuning_key(Op{}, problem);
    if (key.empty() || implementations.size() < 2) return 0;
    // A library masks by a kernel more, an own variant does not.
    if (std::find(spec.reads.begin(), spec.reads.end(), no_tensor) != spec.reads.end()) key += ", no mask";
    std::vector<TuningCandidate> candidates;
    for (const Implementation<Op>& i : implementations)
      candidates.push_back({i.name, i.workspace_bytes,
                            [launch = i.launch, call](const Addresses& at, void* workspace, stream_t s) {
                              call(launch, at, workspace, s);
                            },
                            i.own});
    return fastest(key, spec, candidates);
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
  Tuner* tuner_;
  std::vector<Tensor> tensors_;
  std::vector<Step> steps_;
};

}  // namespace gs
