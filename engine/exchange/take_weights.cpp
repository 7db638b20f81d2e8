// take_weights.cpp - looks up each layer's tensors by name and compares the shapes.
#include "engine/exchange/take_weights.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "engine/core/error.h"
#include "engine/core/printable.h"
#include "engine/exchange/torch_layout.h"
#include "engine/net/packed_parameters.h"

namespace gs {
namespace {

/// Checkpoints of ours say which network and how many epochs they are from (engine/train/checkpoint.cpp). Files of
/// PyTorch, and those that `export` writes, say "format".
bool is_own_checkpoint(const SafeTensors& file) {
  return file.metadata.contains("network") && file.metadata.contains("epoch") && !file.metadata.contains("format");
}

/// The parameters where a checkpoint of ours has them.
std::vector<TorchParameter> own_parameters(const Net& net) {
  std::vector<TorchParameter> all;
  for_each_parameter(net, [&](const Layer& layer, const Parameter& p, std::int64_t offset) {
    all.push_back({layer.name, p.name, p.shape, offset, 1, 1, p.size()});
  });
  return all;
}

/// Empty if the tensor is there with the shape.
std::string why_not(const TorchParameter& parameter, const SafeTensors& file) {
  if (!file.has(parameter.name)) return fmt::format("no {} there", parameter.name);
  const std::vector<std::int64_t>& there = file.at(parameter.name).shape;
  if (there == parameter.shape) return "";
  return fmt::format("{} is {} there, {} here", parameter.name, dimensions(there), dimensions(parameter.shape));
}

std::vector<float> floats(const SafeTensors& file, const std::string& name) {
  const SafeTensor& tensor = file.at(name);
  if (tensor.dtype != dtype_of<float>())
    throw Error(fmt::format("{}: tensor '{}' is {}; save it as 32-bit floats", file.source, name, tensor.dtype));
  return tensor.values<float>();
}

/// Tensors beside the weights: an optimizer's, and the steps that PyTorch counts.
bool is_no_weight(const std::string& name) {
  return name.starts_with("moment1/") || name.starts_with("moment2/") || name.ends_with(".num_batches_tracked");
}

/// "conv1.weight [4, 1, 3, 3], conv1.bias [4], ..."
template <class List>
std::string first_few(const List& list) {
  constexpr std::size_t most = 4;
  std::string text;
  for (std::size_t i = 0; i < std::min(most, list.size()); ++i)
    text += fmt::format("{}{} {}", i > 0 ? ", " : "", printable(list[i].name), dimensions(list[i].shape));
  return text + (list.size() > most ? ", ..." : "");
}

}  // namespace

TakenWeights take_weights(const Net& net, const SafeTensors& file, std::vector<float>& packed) {
  const std::vector<TorchParameter> all = is_own_checkpoint(file) ? own_parameters(net) : torch_parameters(net);
  TakenWeights result;
  std::set<std::string> known;
  for (const TorchParameter& parameter : all) known.insert(parameter.name);
  for (auto first = all.begin(); first != all.end();) {
    const auto last = std::find_if(first, all.end(), [&](const auto& p) { return p.layer != first->layer; });
    std::string why;
    for (auto p = first; p != last && why.empty(); ++p) why = why_not(*p, file);
    if (why.empty()) {
      for (auto p = first; p != last; ++p) p->into(packed, floats(file, p->name));
      result.taken.push_back(first->layer);
    } else {
      result.left.push_back(fmt::format("{} ({})", first->layer, why));
    }
    first = last;
  }
  if (result.taken.empty())
    throw Error(fmt::format("{}: its tensors fit no layer of {}: it has {}; wanted are {}", file.source, net.name,
                            file.tensors.empty() ? "none" : first_few(file.tensors), first_few(all)));
  for (const SafeTensor& tensor : file.tensors)
    if (!known.contains(tensor.name) && !is_no_weight(tensor.name)) result.unused.push_back(tensor.name);
  return result;
}

}  // namespace gs
