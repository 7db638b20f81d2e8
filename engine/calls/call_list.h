// call_list.h - op calls in the order in which they may run, before implementations are chosen: the layers append to
// it, the fusion rules rewrite it.
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "engine/calls/call_node.h"

namespace gs {

class CallList {
 public:
  explicit CallList(TensorTable& tensors) : tensors_(tensors) {}

  TensorTable& tensors() { return tensors_; }

  /// Appends the call of an op: call<LrnForward<T>>("lrn1 forward", Pass::forward, problem, out(y), out(scale), in(x)).
  template <class Op, class... Arguments>
  CallNode& call(std::string name, Pass pass, const typename Op::Problem& problem, Arguments... arguments) {
    nodes.push_back(make<Op>(std::move(name), pass, problem, arguments...));
    return nodes.back();
  }
  /// The same call outside of the list.
  template <class Op, class... Arguments>
  static CallNode make(std::string name, Pass pass, const typename Op::Problem& problem, Arguments... arguments) {
    return {std::move(name),
            pass,
            std::make_shared<OpProblemOf<Op>>(problem),
            OpProblemOf<Op>::arguments(arguments...),
            {},
            {},
            ""};
  }

  // For rules. -1: there is none, or more than one.
  int only_writer(TensorId) const;
  int only_reader(TensorId) const;
  void erase(int index) { nodes.erase(nodes.begin() + index); }
  /// Every call that reads or writes `from` does so with `to`; resolved(from) says so.
  void replace(TensorId from, TensorId to);

  // Notes of the rules for those who ask for a value that a layer put out.
  TensorId resolved(TensorId) const;
  bool is_rectified(TensorId) const;     ///< a ReLU is a part of the call that writes it
  TensorId pooled_form(TensorId) const;  ///< of a value that is written only behind a max-pool, else no_tensor
  std::vector<CallNode> apart;           ///< calls that would write values which fused calls do not write
  std::vector<TensorId> rectified;
  std::vector<std::pair<TensorId, TensorId>> pooled;

  std::vector<CallNode> nodes;

 private:
  TensorTable& tensors_;
  std::vector<std::pair<TensorId, TensorId>> replaced_;
};

}  // namespace gs
