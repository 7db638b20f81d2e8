// fuse_dense_update.cpp - one call for the weight gradient of the last layer in the flat buffers and the update of its
// parameters.
#include <algorithm>

#include "engine/program/fusion/layer_name.h"
#include "engine/program/fusion/rules.h"
#include "engine/program/fusion/storage_types.h"
#include "kernels/dense_update/dense_update.h"

namespace gs {

static std::string describe(const DenseUpdate& p) {
  return describe(p.dense) + ", update " + describe(p.optimizer);
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

TensorId copy_of(const ParameterTensors& p) {
  return p.stored == p.value ? no_tensor : p.stored;
}

template <class T>
CallNode fused_call(const CallNode& gradient, const CallNode& update, const LastLayer& layer) {
  const LastLayer::Parameter &w = layer.weight, &b = layer.bias;
  DenseUpdate problem{*gradient.as<DenseWeightGradient<T>>(), *update.as<Update>()};
  problem.optimizer.size = std::int64_t(problem.dense.out) * (problem.dense.in + 1);
  return CallList::make<DenseWeightUpdate<T>>(layer_name(gradient, "weight gradient") + " weight update", Pass::update,
                                              problem, in_out(w.tensors.value), in_out(w.moment1), in_out(w.moment2),
                                              out(copy_of(w.tensors)), in_out(b.tensors.value), in_out(b.moment1),
                                              in_out(b.moment2), out(copy_of(b.tensors)), in(gradient.argument(2)),
                                              in(gradient.argument(3)), in(update.argument(5)));
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
    CallNode fused = fused_call<T>(gradient, update, layer);
    if (!chooser.takes_own(fused) || chooser.emulates_tf32(gradient)) return;
    if (chooser.keeps_apart(fused.name, {gradient.name, update.name})) return;
    // Kernels that the user brings along are compared by the gradients, which must all be written.
    if (chooser.brings_kernels()) return chooser.note_apart(fused.name);
    result = FusedUpdate{fused.name, gradient, update};
    result->gradient.measured = chooser.own_default(fused);  // the variant of the same name has the same sums
    // In front of the update all readers of the weights, such as the layer's data gradient, have their old values.
    list.nodes[std::size_t(last)] = update_before(update, layer);
    list.nodes.insert(list.nodes.begin() + last, std::move(fused));
    list.erase(index);
  });
  return result;
}

}  // namespace gs
