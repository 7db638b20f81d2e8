// net.cpp - parameter, FLOP and byte counts of a network, and its summary table.
#include "engine/net/net.h"

#include <numeric>

#include <fmt/format.h>

#include "engine/net/layer_kind.h"
#include "kernels/common/grouped.h"

namespace gs {

std::string extents(const Shape& s) {
  return s.h == 1 && s.w == 1 ? fmt::format("{}", s.c) : fmt::format("{}x{}x{}", s.h, s.w, s.c);
}

std::int64_t Parameter::size() const {
  return std::accumulate(shape.begin(), shape.end(), std::int64_t(1), std::multiplies<>());
}

std::int64_t Layer::parameter_count() const {
  std::int64_t count = 0;
  for (const Parameter& p : parameters) count += p.size();
  return count;
}

double Layer::forward_flops() const {
  return kind->forward_flops(*this);
}

double Layer::forward_bytes() const {
  return kind->forward_bytes(*this);
}

std::int64_t Net::parameter_count() const {
  std::int64_t count = 0;
  for (const Layer& l : layers) count += l.parameter_count();
  return count;
}

std::int64_t Net::trained_parameter_count() const {
  std::int64_t count = 0;
  for (const Layer& l : layers)
    for (const Parameter& p : l.parameters) count += p.trained ? p.size() : 0;
  return count;
}

namespace {

std::string scaled(double value) {
  const char* const units[] = {"", " k", " M", " G", " T"};
  int unit = 0;
  while (value >= 999.5 && unit < 4) value /= 1000, ++unit;
  return unit == 0 ? fmt::format("{:.0f}", value) : fmt::format("{:.3g}{}", value, units[unit]);
}

/// "conv 3x3", followed by the layers that it reads unless that is only the one before it.
std::string description(const Net& net, std::size_t index) {
  const Layer& layer = net.layers[index];
  std::string text = layer.kind->describe();
  if (layer.inputs.size() == 1 && layer.inputs[0] == int(index) - 1) return text;
  const char* separator = " of ";
  for (const int input : layer.inputs) {
    text += separator + (input == network_input ? "input" : net.layers[std::size_t(input)].name);
    separator = ", ";
  }
  return text;
}

}  // namespace

std::string summary(const Net& net) {
  std::size_t width = 18;
  for (std::size_t i = 0; i < net.layers.size(); ++i) width = std::max(width, description(net, i).size());
  constexpr auto row = "{:<12} {:<{}} {:>14} {:>13} {:>9} {:>9}\n";
  const std::string line(62 + width, '-');
  std::string out =
      fmt::format("{} on {} input; FLOPs and bytes of the forward pass, for one image\n", net.name, extents(net.input));
  out +=
      line + "\n" + fmt::format(row, "layer", "", width, "output shape", "parameters", "FLOPs", "bytes") + line + "\n";
  double flops = 0, bytes = 0;
  for (std::size_t i = 0; i < net.layers.size(); ++i) {
    const Layer& l = net.layers[i];
    out += fmt::format(row, l.name, description(net, i), width, extents(l.output), grouped(l.parameter_count()),
                       scaled(l.forward_flops()), scaled(l.forward_bytes()));
    flops += l.forward_flops();
    bytes += l.forward_bytes();
  }
  const std::int64_t all = net.parameter_count(), trained = net.trained_parameter_count();
  out += line + "\n" + fmt::format(row, "total", "", width, "", grouped(all), scaled(flops), scaled(bytes));
  if (trained != all) out += fmt::format("{} of the parameters are trained\n", grouped(trained));
  return out;
}

}  // namespace gs
