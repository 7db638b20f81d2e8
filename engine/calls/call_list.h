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
    return {std::move(name), pass, std::make_shared<OpProblemOf<Op>>(problem),
            OpProblemOf<Op>::arguments(arguments...), {}, {}, ""};
  }

  // For rules. -1: there is none.
  int only_writer(TensorId) const;        ///< of a tensor that one call writes
  int only_reader(TensorId) const;        ///< of a tensor that one call reads
  bool is_written(TensorId id) const;
  void erase(int index) { nodes.erase(nodes.begin() + index); }
  /// Every call that reads or writes `from` does so with `to`; so does whoever asks for resolved(from).
  void replace(TensorId from, TensorId to);
  TensorId resolved(TensorId) const;
  /// Keeps a call that a fusion made unnecessary: the value that it wrote is no longer written.
  void keep_apart(CallNode node) { apart.push_back(std::move(node)); }

  std::vector<CallNode> nodes;
  std::vector<CallNode> apart;                            ///< see keep_apart()
  std::vector<std::pair<TensorId, TensorId>> pooled;      ///< values that are not written, and their max-pooled form

 private:
  TensorTable& tensors_;
  std::vector<std::pair<TensorId, TensorId>> replaced_;
};

}  // namespace gs
