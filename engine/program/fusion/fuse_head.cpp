// fuse_head.cpp - one call for the last dense layers, the loss, and the gradients back to these layers' input.
#include <algorithm>
#include <optional>

#include "engine/program/fusion/layer_name.h"
#include "engine/program/fusion/rules.h"
#include "engine/program/fusion/storage_types.h"
#include "kernels/head/head.h"

namespace gs {
namespace {

/// A dense layer's calls on the chain, by index in the list.
struct HeadLayer {
  int forward = -1, data_gradient = -1;
};

/// The layer that writes `output`, if it is a dense one with a gradient of its input, which nothing but that input
/// masks. Other calls may read its values, too: the head writes them all.
template <class T>
std::optional<HeadLayer> layer_of(const CallList& list, TensorId output, TensorId gradient) {
  HeadLayer layer{.forward = list.only_writer(output)};
  if (layer.forward < 0 || !list.nodes[std::size_t(layer.forward)].as<DenseForward<T>>()) return std::nullopt;
  const CallNode& forward = list.nodes[std::size_t(layer.forward)];
  for (int i = 0; i < int(list.nodes.size()); ++i) {
    const CallNode& node = list.nodes[std::size_t(i)];
    if (node.as<DenseDataGradient<T>>() && node.argument(1) == gradient && node.argument(2) == forward.argument(2))
      layer.data_gradient = i;
  }
  if (layer.data_gradient < 0) return std::nullopt;
  const CallNode& backward = list.nodes[std::size_t(layer.data_gradient)];
  const TensorId mask = backward.argument(3);
  return mask == no_tensor || mask == forward.argument(1) ? std::optional(layer) : std::nullopt;
}

/// The layers from the logits to the front, as many as fit.
template <class T>
std::vector<HeadLayer> head_layers(const CallList& list, const CallNode& loss) {
  std::vector<HeadLayer> layers;
  TensorId value = loss.argument(3), gradient = loss.argument(2);
  while (int(layers.size()) < Head::most_layers) {
    const std::optional<HeadLayer> layer = layer_of<T>(list, value, gradient);
    if (!layer) break;
    const CallNode& forward = list.nodes[std::size_t(layer->forward)];
    const Dense& dense = *forward.as<DenseForward<T>>();
    if (dense.in > Head::most_width || dense.out > Head::most_width) break;
    layers.push_back(*layer);
    value = forward.argument(1);
    gradient = list.nodes[std::size_t(layer->data_gradient)].argument(0);
  }
  return layers;
}

template <class T>
Head head_problem(const CallList& list, const Loss& loss, const std::vector<HeadLayer>& from_logits) {
  Head head{.loss = loss, .layers = int(from_logits.size())};
  for (int l = 0; l < head.layers; ++l) {
    const HeadLayer& layer = from_logits[std::size_t(head.layers - 1 - l)];
    const CallNode& backward = list.nodes[std::size_t(layer.data_gradient)];
    head.dense[l] = *list.nodes[std::size_t(layer.forward)].as<DenseForward<T>>();
    head.dense[l].mask_scale = backward.as<DenseDataGradient<T>>()->mask_scale;
    head.masked[l] = backward.argument(3) != no_tensor;
  }
  return head;
}

template <class T>
CallNode head_call(const CallList& list, const CallNode& loss, const std::vector<HeadLayer>& layers) {
  const auto forward = [&](std::size_t l) { return &list.nodes[std::size_t(layers[l].forward)]; };
  const auto argument = [&](std::size_t l, std::size_t index) {
    return l < layers.size() ? forward(l)->argument(index) : no_tensor;
  };
  const auto gradient = [&](std::size_t l) {  // of layer l's output
    if (l == 0) return loss.argument(2);
    return l < layers.size() ? list.nodes[std::size_t(layers[l - 1].data_gradient)].argument(0) : no_tensor;
  };
  std::string name;
  for (std::size_t l = layers.size(); l-- > 0;) name += layer_name(*forward(l)) + " ";
  CallNode head = CallList::make<HeadGradient<T>>(
      name + loss.name, Pass::loss, head_problem<T>(list, *loss.as<LossGradient<T>>(), layers), out(loss.argument(0)),
      out(loss.argument(1)), out(list.nodes[std::size_t(layers.back().data_gradient)].argument(0)), out(argument(0, 0)),
      out(argument(1, 0)), out(argument(2, 0)), out(gradient(0)), out(gradient(1)), out(gradient(2)),
      in(argument(layers.size() - 1, 1)), in(argument(0, 2)), in(argument(1, 2)), in(argument(2, 2)),
      in(argument(0, 3)), in(argument(1, 3)), in(argument(2, 3)), in(loss.argument(4)), in(loss.argument(5)),
      in(loss.argument(6)));
  for (const HeadLayer& layer : layers)
    for (const int index : {layer.forward, layer.data_gradient}) {
      const CallNode& node = list.nodes[std::size_t(index)];
      head.also_reads.insert(head.also_reads.end(), node.also_reads.begin(), node.also_reads.end());
    }
  return head;
}

}  // namespace

void fuse_head(CallList& list, Chooser& chooser) {
  for_each_storage_type([&]<class T>(T) {
    const auto at = std::ranges::find_if(
        list.nodes, [](const CallNode& n) { return n.as<LossGradient<T>>() && n.argument(2) != no_tensor; });
    if (at == list.nodes.end()) return;
    const std::vector<HeadLayer> layers = head_layers<T>(list, *at);
    if (layers.empty()) return;
    std::vector<int> replaced{int(at - list.nodes.begin())};
    for (const HeadLayer& layer : layers) replaced.insert(replaced.end(), {layer.forward, layer.data_gradient});
    std::ranges::sort(replaced, std::greater{});
    CallNode head = head_call<T>(list, *at, layers);
    std::vector<std::string> parts;
    for (const int index : replaced) parts.push_back(list.nodes[std::size_t(index)].name);
    if (!chooser.takes_own(head) || chooser.keeps_apart(head.name, parts)) return;
    list.nodes[std::size_t(replaced.back())] = std::move(head);  // the first: all that it reads is written before
    for (std::size_t i = 0; i + 1 < replaced.size(); ++i) list.erase(replaced[i]);
  });
}

}  // namespace gs
