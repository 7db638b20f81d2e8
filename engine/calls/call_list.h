// call_list.h - op calls in a valid order, before implementations are chosen: layers append calls, fusion rules rewrite
// them.
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

  /// Appends the call of an op: call<LrnForward<T>>("lrn1 forward", Pass::forward, problem, out(y), in(x)).
  template <class Op, class... Arguments>
  CallNode& call(std::string name, Pass pass, const typename Op::Problem& problem, Arguments... arguments) {
    nodes.push_back(make<Op>(std::move(name), pass, problem, arguments...));
    return nodes.back();
  }
  /// Makes such a call without appending it.
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

  // For rules. only_writer() and only_reader() return -1 if there is no such call, or several.
  int only_writer(TensorId) const;
  int only_reader(TensorId) const;
  void erase(int index) { nodes.erase(nodes.begin() + index); }
  /// Replaces `from` by `to` in all calls; resolved(from) then returns `to`.
  void replace(TensorId from, TensorId to);

  // Recorded by rules, to find the values that layers put out after rewriting.
  TensorId resolved(TensorId) const;
  bool is_rectified(TensorId) const;     ///< the call that writes it includes a ReLU
  TensorId pooled_form(TensorId) const;  ///< the max-pool's output, if only that is written; else no_tensor
  std::vector<CallNode> apart;           ///< calls for the values that fused calls no longer write
  std::vector<TensorId> rectified;
  std::vector<std::pair<TensorId, TensorId>> pooled;

  std::vector<CallNode> nodes;

 private:
  TensorTable& tensors_;
  std::vector<std::pair<TensorId, TensorId>> replaced_;
};

}  // namespace gs
