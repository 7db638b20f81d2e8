// call_node.h - an op call before its implementation is chosen: op, problem and tensors.
//
// These three determine the tensors that the call reads and writes, its cost, and the variants and library
// implementations that fit.
#pragma once
#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "engine/calls/describe.h"
#include "engine/calls/given_kernels.h"
#include "engine/calls/op_call.h"
#include "engine/library/default_choice.h"
#include "engine/library/library.h"
#include "kernels/common/registry.h"

namespace gs {

/// A tensor as an argument of a call.
struct Argument {
  TensorId tensor = no_tensor;  ///< no_tensor: the launch function gets null
  bool reads = false, writes = false;
};
struct In {
  TensorId tensor;
};
struct Out {
  TensorId tensor;
};
struct InOut {
  TensorId tensor;
};
constexpr In in(TensorId tensor) {
  return {tensor};
}
constexpr Out out(TensorId tensor) {
  return {tensor};
}
constexpr InOut in_out(TensorId tensor) {
  return {tensor};
}

/// One way to run a call, bound to its arguments.
struct Candidate {
  std::string name;  ///< "direct", "onednn", "cudnn:eng13{2=4}"
  std::size_t workspace_bytes = 0;
  std::function<void(const Addresses&, void* workspace, stream_t)> run;
  bool own = false;                          ///< the project's own kernels only
  Arithmetic arithmetic = Arithmetic::fp32;  ///< fp32 unless an own variant
  std::string note = "";                     ///< the library's kernel, for --explain
  bool has_fewer_products = false;           ///< Variant::has_fewer_products
  bool counts_in_workspace = false;          ///< no other call may write its workspace, which is zero at first
};

/// An op and its problem.
class OpProblem {
 public:
  virtual ~OpProblem() = default;
  virtual Cost cost() const = 0;
  /// "max-pool forward 8 24 24 16 2 2 no": everything that changes the work; the key of measurements.
  virtual std::string describe() const = 0;
  virtual bool library_pays(Target) const = 0;
  /// The variants that fit the problem, from the lowest rank up.
  virtual std::vector<Candidate> variants(const Registry&, const std::vector<Argument>&) const = 0;
  /// The library's implementations, its best guess first.
  virtual std::vector<Candidate> offers(Library&, const std::vector<Argument>&) const = 0;
  /// The kernel that the run brings along for the call of this name. Throws UsageError if it does not fit the problem.
  virtual std::optional<Candidate> given(const GivenKernels&, const std::string& call,
                                         const std::vector<Argument>&) const = 0;
  /// This op followed by a ReLU; null if the op does not support it.
  virtual std::shared_ptr<const OpProblem> with_relu() const = 0;
  /// Index of the argument that masks the gradient in argument `gradient` (0 where the mask is <= 0), or -1.
  virtual int mask_of(int gradient) const = 0;
};

// Outside the class, since its members would hide the ops' functions.
template <class Op>
Cost cost_of_op(const typename Op::Problem& problem) {
  return cost(Op{}, problem);
}
template <class Problem>
std::string described(const Problem& problem) {
  return describe(problem);
}

template <class Op>
class OpProblemOf final : public OpProblem {
  template <class F>
  struct Launch;
  template <class... P>
  struct Launch<void(P...)> {
    using Tuple = std::tuple<P...>;
    static constexpr std::size_t tensors = sizeof...(P) - 3;  // then problem, workspace, stream
  };
  using Parameters = Launch<typename Op::Launch>;
  template <std::size_t i>
  using Pointer = std::tuple_element_t<i, typename Parameters::Tuple>;

  template <class Argument>
  static constexpr bool written = !std::is_same_v<Argument, In>;
  template <class... A, std::size_t... i>
  static constexpr bool access_fits(std::index_sequence<i...>) {
    return ((written<A> == !std::is_const_v<std::remove_pointer_t<Pointer<i>>>)&&...);
  }

 public:
  explicit OpProblemOf(const typename Op::Problem& problem) : problem(problem) {}

  /// The arguments of a call, as many as the launch function takes: out() and in_out() for T*, in() for const T*.
  template <class... A>
  static std::vector<Argument> arguments(A... a) {
    static_assert(sizeof...(A) == Parameters::tensors, "one argument per tensor that the op's launch function takes");
    static_assert(access_fits<A...>(std::index_sequence_for<A...>()), "in() for const T*, out() or in_out() for T*");
    return {{a.tensor, !std::is_same_v<A, Out>, written<A>}...};
  }

  Cost cost() const override { return cost_of_op<Op>(problem); }
  std::string describe() const override { return std::string(Op::name) + " " + described(problem); }
  bool library_pays(Target target) const override { return gs::library_pays(Op{}, problem, target); }

  std::vector<Candidate> variants(const Registry& registry, const std::vector<Argument>& a) const override {
    std::vector<Candidate> list;
    for (const Variant<Op>& v : registry.variants<Op>())
      if (v.supports(problem))
        list.push_back({.name = std::string(v.name),
                        .workspace_bytes = v.workspace_bytes(problem),
                        .run = bound(v.launch, a),
                        .own = true,
                        .arithmetic = v.arithmetic,
                        .has_fewer_products = v.has_fewer_products,
                        .counts_in_workspace = v.counter_bytes(problem) > 0});
    return list;
  }
  std::vector<Candidate> offers(Library& library, const std::vector<Argument>& a) const override {
    std::vector<Candidate> list;
    for (Implementation<Op>& i : gs::offers(library, Op{}, problem))
      list.push_back({i.name, i.workspace_bytes, bound(std::move(i.launch), a), false, Arithmetic::fp32, i.note});
    return list;
  }
  std::optional<Candidate> given(const GivenKernels& kernels, const std::string& call,
                                 const std::vector<Argument>& a) const override {
    const GivenKernel<Op>* const kernel = kernels.find<Op>(call);
    if (!kernel) return std::nullopt;
    kernel->check(problem);
    return Candidate{.name = kernel->name, .run = bound(kernel->launch, a), .own = true};
  }
  std::shared_ptr<const OpProblem> with_relu() const override {
    if constexpr (requires { Op::joins_relu; }) {
      auto same = std::make_shared<OpProblemOf>(problem);
      same->problem.relu = true;
      return same;
    } else {
      return nullptr;
    }
  }
  int mask_of(int gradient) const override {
    if constexpr (requires { Op::masks; })
      for (const auto& [of, mask] : Op::masks)
        if (of == gradient) return mask;
    return -1;
  }

  typename Op::Problem problem;

 private:
  template <class Launcher>
  auto bound(Launcher launch, const std::vector<Argument>& a) const {
    std::array<TensorId, Parameters::tensors> ids;
    for (std::size_t i = 0; i < ids.size(); ++i) ids[i] = a[i].tensor;
    return [launch = std::move(launch), ids, p = problem](const Addresses& at, void* workspace, stream_t stream) {
      [&]<std::size_t... i>(std::index_sequence<i...>) {
        launch(static_cast<Pointer<i>>(at[ids[i]])..., p, workspace, stream);
      }
      (std::make_index_sequence<Parameters::tensors>());
    };
  }
};

struct CallNode {
  std::string name;
  Pass pass = Pass::forward;
  std::shared_ptr<const OpProblem> op;
  std::vector<Argument> arguments;
  /// Tensors inside other arguments, such as layers' parameters in the flat buffers.
  std::vector<TensorId> also_reads, also_writes;
  std::string measured;  ///< the fastest implementation, if it was measured during fusion

  /// The problem, if the call is of this op, else null.
  template <class Op>
  const typename Op::Problem* as() const {
    const auto* typed = dynamic_cast<const OpProblemOf<Op>*>(op.get());
    return typed ? &typed->problem : nullptr;
  }
  TensorId argument(std::size_t index) const { return arguments[index].tensor; }
  bool reads(TensorId) const;
  bool writes(TensorId) const;
};

}  // namespace gs
