// torch_layout.cpp - names, shapes, and the transposition of each row.
#include "engine/exchange/torch_layout.h"

#include <algorithm>

#include <fmt/format.h>

#include "engine/core/error.h"
#include "engine/net/layer_kind.h"
#include "engine/net/packed_parameters.h"
#include "kernels/common/check.h"

namespace gs {
namespace {

template <class Form>
bool is(const Layer& layer) {
  return std::holds_alternative<Form>(layer.kind->form());
}

/// For each layer's output the map that it was flattened from, [1, 1, 1] if there is none.
std::vector<Shape> flattened_maps(const Net& net) {
  constexpr Shape none;
  std::vector<Shape> maps;
  for (const Layer& layer : net.layers) {
    const auto map_of = [&](int input) { return input == network_input ? none : maps[std::size_t(input)]; };
    const Shape read = map_of(layer.inputs[0]);
    const bool passes = is<ReluForm>(layer) || is<DropoutForm>(layer);
    for (const int input : layer.inputs)
      if (!(map_of(input) == none) && !passes && !is<DenseForm>(layer) && !is<FlattenForm>(layer))
        throw Error(fmt::format("{}: {} reads a flattened map, whose order is another one in PyTorch and ONNX",
                                net.name, layer.name));
    const bool flattens = is<FlattenForm>(layer) && layer.input.h * layer.input.w > 1;
    maps.push_back(flattens ? layer.input : passes || is<FlattenForm>(layer) ? read : none);
  }
  return maps;
}

std::string torch_name(const Layer& layer, const Parameter& parameter) {
  const std::string which = parameter.name.substr(layer.name.size() + 1);
  if (which == "gamma") return layer.name + ".weight";
  if (which == "beta") return layer.name + ".bias";
  if (which == "running_variance") return layer.name + ".running_var";
  return parameter.name;
}

}  // namespace

std::vector<float> TorchParameter::from(const std::vector<float>& packed) const {
  std::vector<float> values(static_cast<std::size_t>(size()));
  for (std::int64_t row = 0, at = offset; row < rows; ++row)
    for (std::int64_t pixel = 0; pixel < pixels; ++pixel)
      for (std::int64_t channel = 0; channel < channels; ++channel, ++at)
        values[std::size_t((row * channels + channel) * pixels + pixel)] = packed[std::size_t(at)];
  return values;
}

void TorchParameter::into(std::vector<float>& packed, const std::vector<float>& values) const {
  require(std::int64_t(values.size()) == size(), "values of another parameter");
  for (std::int64_t row = 0, at = offset; row < rows; ++row)
    for (std::int64_t pixel = 0; pixel < pixels; ++pixel)
      for (std::int64_t channel = 0; channel < channels; ++channel, ++at)
        packed[std::size_t(at)] = values[std::size_t((row * channels + channel) * pixels + pixel)];
}

std::vector<TorchParameter> torch_parameters(const Net& net) {
  const std::vector<Shape> maps = flattened_maps(net);
  std::vector<TorchParameter> all;
  for_each_parameter(net, [&](const Layer& layer, const Parameter& parameter, std::int64_t offset) {
    TorchParameter torch{layer.name, torch_name(layer, parameter), parameter.shape, offset};
    const std::vector<std::int64_t>& own = parameter.shape;
    torch.channels = parameter.size();
    if (own.size() == 4) {
      torch.shape = {own[0], own[3], own[1], own[2]};
      torch.rows = own[0], torch.pixels = own[1] * own[2], torch.channels = own[3];
    } else if (own.size() == 2) {
      const int input = layer.inputs[0];
      const Shape map = input == network_input ? Shape() : maps[std::size_t(input)];
      torch.rows = own[0], torch.pixels = map.h * map.w, torch.channels = own[1] / torch.pixels;
    }
    all.push_back(std::move(torch));
  });
  return all;
}

SafeTensors torch_weights(const Net& net, const std::vector<float>& packed) {
  require(std::int64_t(packed.size()) == net.parameter_count(), "parameters of another net");
  SafeTensors file;
  for (const TorchParameter& parameter : torch_parameters(net)) {
    const std::vector<float> values = parameter.from(packed);
    file.tensors.push_back(make_tensor(parameter.name, parameter.shape, values.data(), values.size()));
  }
  return file;
}

}  // namespace gs
