// fuse_dense_update.cpp - one call for the weight gradient of the last layer in the flat buffers, the update of its
// parameters, and, where a variant computes it as well, the data gradient.
#include <algorithm>
#include <array>

#include "engine/program/fusion/layer_name.h"
#include "engine/program/fusion/rules.h"
#include "engine/program/fusion/storage_types.h"
#include "kernels/dense_update/dense_update.h"

namespace gs {

static std::string describe(const DenseUpdate& p) {
  return describe(p.dense) + ", update " + describe(p.optimizer) + (p.data_gradient ? ", data gradient" : "");
}

namespace {

/// The index of the weight gradient that writes these parameters' gradients, if only call `update` reads them, else -1.
template <class T>
int gradient_of(const CallList& list, const LastLayer& layer, int update) {
  const int index = list.only_writer(layer.weight.tensors.gradient);
  if (index < 0) return -1;
  const CallNode& node = list.nodes[std::size_t(index)];
  if (!node.as<DenseWeightGradient<T>>() || node.argument(1) != layer.bias.tensors.gradient) return -1;
  for (const LastLayer::Parameter* p : {&layer.weight, &layer.bias})
    if (list.only_reader(p->tensors.gradient) != update || list.only_writer(p->tensors.gradient) != index) return -1;
  return index;
}

/// The data gradient that reads the weights last, apart from call `update`, and the same dy as `gradient`; else null.
template <class T>
const CallNode* data_gradient_of(const CallList& list, const LastLayer& layer, const CallNode& gradient, int update) {
  const CallNode* last = nullptr;
  for (int i = 0; i < int(list.nodes.size()); ++i) {
    const CallNode& node = list.nodes[std::size_t(i)];
    const auto is_read = [&](const LastLayer::Parameter* p) {
      return node.reads(p->tensors.value) || node.reads(p->tensors.stored);
    };
    if (i != update && std::ranges::any_of(std::array{&layer.weight, &layer.bias}, is_read)) last = &node;
  }
  const bool fits = last && last->as<DenseDataGradient<T>>() && last->argument(1) == gradient.argument(3);
  return fits ? last : nullptr;
}

TensorId copy_of(const ParameterTensors& p) {
  return p.stored == p.value ? no_tensor : p.stored;
}

/// `data`: the layer's data gradient, or null.
template <class T>
CallNode fused_call(const CallNode& gradient, const CallNode* data, const CallNode& update, const LastLayer& layer) {
  const LastLayer::Parameter &w = layer.weight, &b = layer.bias;
  DenseUpdate problem{*gradient.as<DenseWeightGradient<T>>(), *update.as<Update>(), data != nullptr};
  if (data) problem.dense = *data->as<DenseDataGradient<T>>();  // with the scale of its mask
  problem.optimizer.size = std::int64_t(problem.dense.out) * (problem.dense.in + 1);
  return CallList::make<DenseWeightUpdate<T>>(
      layer_name(gradient, "weight gradient") + (data ? " backward update" : " weight update"),
      data ? Pass::backward : Pass::update, problem, out(data ? data->argument(0) : no_tensor), in_out(w.tensors.value),
      in_out(w.moment1), in_out(w.moment2), in_out(copy_of(w.tensors)), in_out(b.tensors.value), in_out(b.moment1),
      in_out(b.moment2), out(copy_of(b.tensors)), in(gradient.argument(2)), in(gradient.argument(3)),
      in(data ? data->argument(3) : no_tensor), in(update.argument(5)));
}

/// The update of the parameters before the layer's.
CallNode update_before(const CallNode& update, const LastLayer& layer) {
  Optimizer problem = *update.as<Update>();
  problem.size = layer.offset;
  CallNode rest = update;
  rest.op = std::make_shared<OpProblemOf<Update>>(problem);
  for (const LastLayer::Parameter* p : {&layer.weight, &layer.bias})
    for (const TensorId id : {p->tensors.gradient, p->tensors.value, p->tensors.stored}) {
      std::erase(rest.also_reads, id);
      std::erase(rest.also_writes, id);
    }
  return rest;
}

}  // namespace

std::optional<FusedUpdate> fuse_dense_update(CallList& list, Chooser& chooser, const LastLayer& layer) {
  std::optional<FusedUpdate> result;
  if (layer.offset == 0) return result;  // nothing would be left to update
  for_each_storage_type([&]<class T>(T) {
    const auto at = std::ranges::find_if(list.nodes, [](const CallNode& n) { return n.as<Update>(); });
    if (result || at == list.nodes.end()) return;
    const int last = int(at - list.nodes.begin()), index = gradient_of<T>(list, layer, last);
    if (index < 0) return;
    const CallNode gradient = list.nodes[std::size_t(index)], update = *at;
    if (chooser.emulates_tf32(gradient)) return;
    const auto fuse = [&](const CallNode* data) {
      CallNode fused = fused_call<T>(gradient, data, update, layer);
      if (!chooser.takes_own(fused)) return;
      std::vector<CallNode> gradients{gradient};
      if (data) gradients.push_back(*data);
      std::vector<std::string> parts{update.name};
      if (data) parts.push_back(layer_name(gradient, "weight gradient") + " weight update");
      for (CallNode& part : gradients) {
        parts.push_back(part.name);
        part.measured = chooser.own_default(fused);  // the variant of the same name has the same sums
      }
      if (chooser.keeps_apart(fused.name, parts)) return;
      // Kernels that the user brings along are compared by the gradients, which must all be written.
      if (chooser.brings_kernels()) return chooser.note_apart(fused.name);
      result = FusedUpdate{fused.name, std::move(gradients), update};
      // In front of the update, or in place of the data gradient, all other readers of the weights have had their old
      // values.
      list.nodes[std::size_t(last)] = update_before(update, layer);
      if (data)
        list.nodes[std::size_t(data - list.nodes.data())] = std::move(fused);
      else
        list.nodes.insert(list.nodes.begin() + last, std::move(fused));
      list.erase(index);
    };
    if (const CallNode* data = data_gradient_of<T>(list, layer, gradient, last)) fuse(data);
    if (!result) fuse(nullptr);
  });
  return result;
}

}  // namespace gs
