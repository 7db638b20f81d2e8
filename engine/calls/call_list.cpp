// call_list.cpp - finds readers and writers of tensors, and replaces tensors.
#include "engine/calls/call_list.h"

#include <algorithm>

namespace gs {

std::string_view to_string(Pass pass) {
  switch (pass) {
    case Pass::gather:
      return "gather";
    case Pass::forward:
      return "forward";
    case Pass::loss:
      return "loss";
    case Pass::backward:
      return "backward";
    case Pass::update:
      return "update";
  }
  return "";
}

namespace {

bool holds(const std::vector<TensorId>& ids, TensorId id) {
  return std::find(ids.begin(), ids.end(), id) != ids.end();
}

/// Index of the only node that fits, -1 if none or several do.
template <class Fits>
int only(const std::vector<CallNode>& nodes, Fits fits) {
  int found = -1;
  for (std::size_t i = 0; i < nodes.size(); ++i)
    if (fits(nodes[i])) {
      if (found >= 0) return -1;
      found = int(i);
    }
  return found;
}

}  // namespace

bool CallNode::reads(TensorId id) const {
  const auto reads = [&](const Argument& a) { return a.tensor == id && a.reads; };
  return std::any_of(arguments.begin(), arguments.end(), reads) || holds(also_reads, id);
}

bool CallNode::writes(TensorId id) const {
  const auto writes = [&](const Argument& a) { return a.tensor == id && a.writes; };
  return std::any_of(arguments.begin(), arguments.end(), writes) || holds(also_writes, id);
}

int CallList::only_writer(TensorId id) const {
  return only(nodes, [&](const CallNode& node) { return node.writes(id); });
}

int CallList::only_reader(TensorId id) const {
  return only(nodes, [&](const CallNode& node) { return node.reads(id); });
}

void CallList::replace(TensorId from, TensorId to) {
  for (CallNode& node : nodes)
    for (Argument& a : node.arguments)
      if (a.tensor == from) a.tensor = to;
  replaced_.emplace_back(from, to);
}

TensorId CallList::resolved(TensorId id) const {
  for (const auto& [from, to] : replaced_)
    if (id == from) id = to;
  return id;
}

bool CallList::is_rectified(TensorId id) const {
  return holds(rectified, id);
}

TensorId CallList::pooled_form(TensorId id) const {
  for (const auto& [value, pool] : pooled)
    if (value == id) return pool;
  return no_tensor;
}

}  // namespace gs
