// chooser.cpp - selects among the candidates of a call.
#include "engine/program/chooser.h"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/core/alignment.h"
#include "engine/core/error.h"
#include "engine/library/library.h"

namespace gs {
namespace {

/// Above this cost a CPU does not try the naive variant: plain loops never won, but dominated tuning time.
constexpr double naive_variant_flops = 2e6;

std::string key_of(const CallNode& node) {
  std::string key = node.op->describe();
  // A mask costs a library an extra kernel, so calls with and without one have different keys.
  const auto absent = [](const Argument& a) { return a.reads && a.tensor == no_tensor; };
  if (std::any_of(node.arguments.begin(), node.arguments.end(), absent)) key += ", no mask";
  return key;
}

std::vector<TensorId> tensors_of(const CallNode& node, bool Argument::*access, const std::vector<TensorId>& also) {
  std::vector<TensorId> ids;
  const auto add = [&](TensorId id) {
    if (id != no_tensor && std::find(ids.begin(), ids.end(), id) == ids.end()) ids.push_back(id);
  };
  for (const Argument& a : node.arguments)
    if (a.*access) add(a.tensor);
  for (const TensorId id : also) add(id);
  return ids;
}

OpCall unbound(const CallNode& node) {
  OpCall call;
  call.name = node.name;
  call.pass = node.pass;
  call.cost = node.op->cost();
  call.reads = tensors_of(node, &Argument::reads, node.also_reads);
  call.writes = tensors_of(node, &Argument::writes, node.also_writes);
  return call;
}

const Candidate* named(const std::vector<Candidate>& list, const std::string& name) {
  const auto at = std::find_if(list.begin(), list.end(), [&](const Candidate& c) { return c.name == name; });
  return at == list.end() ? nullptr : &*at;
}

}  // namespace

/// True if a CPU run asks for tf32 and the op has variants that round as tensor cores do. Only these may then run, no
/// fp32 variant and no library: the run is to show the effect of the rounding.
bool Chooser::emulates_tf32(const std::vector<Candidate>& variants) const {
  return device_.registry().target() == Target::host && device_.tf32() &&
         std::any_of(variants.begin(), variants.end(),
                     [](const Candidate& c) { return c.arithmetic == Arithmetic::tf32; });
}

std::vector<Candidate> Chooser::own_candidates(const CallNode& node) const {
  std::vector<Candidate> own = node.op->variants(device_.registry(), node.arguments);
  const bool emulated = emulates_tf32(own);
  std::erase_if(own, [&](const Candidate& c) {
    return emulated ? c.arithmetic != Arithmetic::tf32 : c.arithmetic == Arithmetic::tf32 && !device_.tf32();
  });
  return own;
}

std::vector<Candidate> Chooser::candidates(const CallNode& node) const {
  std::vector<Candidate> own = own_candidates(node), library;
  if (device_.library() && choice_.rule != "own" && !emulates_tf32(own))
    library = node.op->offers(*device_.library(), node.arguments);
  if (own.empty() && library.empty()) throw_unavailable(node, "own", {});
  // The default comes first: the library's best guess, or the own variant of the highest rank.
  const Target target = device_.registry().target();
  const bool library_first =
      !library.empty() && (own.empty() || choice_.rule == "library" || node.op->library_pays(target));
  std::reverse(own.begin(), own.end());
  if (target == Target::host && node.op->cost().flops > naive_variant_flops && own.size() > 1) own.pop_back();
  std::vector<Candidate>& all = library_first ? library : own;
  std::vector<Candidate>& others = library_first ? own : library;
  std::move(others.begin(), others.end(), std::back_inserter(all));
  return std::move(all);
}

Candidate Chooser::choose(const CallNode& node) const {
  if (choice_.given)
    if (std::optional<Candidate> given = node.op->given(*choice_.given, node.name, node.arguments))
      return *std::move(given);
  if (const auto fixed = fixed_implementation(choice_, node.name)) {
    std::vector<Candidate> own = own_candidates(node);
    if (const Candidate* found = named(own, *fixed)) return *found;
    if (device_.library() && !emulates_tf32(own)) {
      std::vector<Candidate> library = node.op->offers(*device_.library(), node.arguments);
      if (const Candidate* found = named(library, *fixed)) return *found;
      std::move(library.begin(), library.end(), std::back_inserter(own));
    }
    if (!choice_.where_it_fits) throw_unavailable(node, *fixed, own);
  }
  std::vector<Candidate> all = candidates(node);
  if (!node.measured.empty()) {
    const Candidate* const found = named(all, node.measured);
    require(found != nullptr, "the implementation that a fusion has measured is a candidate");
    return *found;
  }
  const bool measure = tuner_ && all.size() > 1 && can_be_measured(node);
  return std::move(all[measure ? fastest(key_of(node), node, all) : 0]);
}

OpCall Chooser::bind(const CallNode& node) {
  Candidate chosen = choose(node);
  OpCall call = unbound(node);
  call.implementation = chosen.name;
  call.note = chosen.note;
  call.tensor_cores = chosen.arithmetic != Arithmetic::fp32 && device_.registry().target() != Target::host;
  if (chosen.workspace_bytes > 0)
    call.workspace = tensors_.add(node.name + " workspace", chosen.workspace_bytes,
                                  chosen.counts_in_workspace ? Lifetime::fixed : Lifetime::planned);
  call.call = [run = std::move(chosen.run), workspace = call.workspace](const Addresses& at, stream_t stream) {
    run(at, at[workspace], stream);
  };
  return call;
}

std::vector<OpCall> Chooser::bind(const std::vector<CallNode>& nodes) {
  std::vector<OpCall> calls;
  for (const CallNode& node : nodes) calls.push_back(bind(node));
  return calls;
}

bool Chooser::keeps_apart(const std::string& fused, const std::vector<std::string>& parts) {
  const auto is_brought = [&](const std::string& call) { return choice_.given->calls().contains(call); };
  if (brings_kernels() && std::ranges::any_of(parts, is_brought)) {
    note_apart(fused);
    return true;
  }
  return !fixes(fused) && std::ranges::any_of(parts, [&](const std::string& call) { return fixes(call); });
}

bool Chooser::names(const CallNode& fused) const {
  const auto fixed = fixed_implementation(choice_, fused.name);
  return fixed && (!choice_.where_it_fits || named(own_candidates(fused), *fixed));
}

bool Chooser::prefers(CallNode& fused, const CallNode& first, const CallNode& second, TensorId between) {
  std::vector<Candidate> in_one = own_candidates(fused);
  if (in_one.empty()) return false;
  if (keeps_apart(fused.name, {first.name, second.name})) return false;
  if (names(fused)) return true;
  if (emulates_tf32(own_candidates(first)) || emulates_tf32(own_candidates(second))) return false;
  // Unmeasured, the fused call is its variant of the highest rank.
  if (!tuner_) return (choice_.rule == "own" || !device_.library()) && !in_one.back().has_fewer_products;

  // The value between the two calls lies in the workspace, since a fused call does not write it.
  const Candidate one = choose(first), two = choose(second);
  const std::size_t between_bytes = aligned_size(tensors_[between].bytes);
  std::vector<Candidate> all = {
      {.name = "apart",
       .workspace_bytes = between_bytes + aligned_size(one.workspace_bytes) + two.workspace_bytes,
       .run =
           [=, after = aligned_size(one.workspace_bytes)](const Addresses& at, void* workspace, stream_t stream) {
             std::byte* const place = static_cast<std::byte*>(workspace);
             Addresses with_between = at;
             with_between.of[std::size_t(between)] = place;
             one.run(with_between, place + between_bytes, stream);
             two.run(with_between, place + between_bytes + after, stream);
           },
       .own = one.own && two.own,
       .has_fewer_products = one.has_fewer_products || two.has_fewer_products,
       .counts_in_workspace = one.counts_in_workspace || two.counts_in_workspace}};
  std::move(in_one.rbegin(), in_one.rend(), std::back_inserter(all));
  const std::size_t best = fastest(key_of(first) + ", then " + key_of(second), fused, all);
  if (best > 0) fused.measured = all[best].name;
  return best > 0;
}

/// True if the call writes numbers, whose values can be compared, and all its tensors have a size: the images of a
/// split, which are bound later, have none yet.
bool Chooser::can_be_measured(const CallNode& node) const {
  const auto has_numbers = [&](const Argument& a) {
    return a.writes && a.tensor != no_tensor && tensors_[a.tensor].holds_numbers;
  };
  const auto has_size = [&](const Argument& a) { return a.tensor == no_tensor || tensors_[a.tensor].bytes > 0; };
  return std::any_of(node.arguments.begin(), node.arguments.end(), has_numbers) &&
         std::all_of(node.arguments.begin(), node.arguments.end(), has_size);
}

std::size_t Chooser::fastest(const std::string& key, const CallNode& node,
                             const std::vector<Candidate>& candidates) const {
  return tuner_->choose(key, unbound(node), tensors_.all(), candidates);
}

void Chooser::throw_unavailable(const CallNode& node, const std::string& wanted,
                                const std::vector<Candidate>& available) const {
  std::vector<std::string> names;
  for (const Candidate& c : available) names.push_back(c.name);
  throw UsageError(fmt::format("--impl: {}: no implementation '{}' on {}; available: {}", node.name, wanted,
                               device_.name(), fmt::join(names, ", ")));
}

}  // namespace gs
