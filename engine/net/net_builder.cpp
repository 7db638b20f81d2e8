// net_builder.cpp - appends layers, names them, and resolves the values they read.
#include "engine/net/net_builder.h"

#include <algorithm>

#include <fmt/format.h>

#include "engine/core/error.h"
#include "engine/core/nearest.h"

namespace gs {

NetBuilder::NetBuilder(std::string name, Shape input) {
  if (input.h < 1 || input.w < 1 || input.c < 1)
    throw UsageError(fmt::format("{}: an input of {}x{}x{} is empty", name, input.h, input.w, input.c));
  net_.name = std::move(name);
  net_.input = input;
}

Layer& NetBuilder::append(const std::string& stem, std::shared_ptr<const LayerKind> kind, Shape output,
                          const std::string& other) {
  const int number = ++counts_[stem];
  const std::string name = stem == "flatten" && number == 1 ? stem : stem + std::to_string(number);
  std::vector<int> inputs = {current_};
  if (!other.empty()) inputs.push_back(find(other));
  net_.layers.push_back({name, std::move(kind), std::move(inputs), shape(), output, {}});
  current_ = int(net_.layers.size()) - 1;
  return net_.layers.back();
}

int NetBuilder::find(const std::string& named) const {
  const auto found = named_.find(named);
  if (found != named_.end()) return found->second;
  std::vector<std::string> names;
  for (const auto& [name, layer] : named_) names.push_back(name);
  throw Error(fmt::format("{}: no value is called '{}': {}", net_.name, named, suggestion(named, names)));
}

bool NetBuilder::is_named() const {
  return std::any_of(named_.begin(), named_.end(), [&](const auto& named) { return named.second == current_; });
}

NetBuilder& NetBuilder::name(const std::string& name) {
  named_[name] = current_;
  return *this;
}

NetBuilder& NetBuilder::from(const std::string& named) {
  current_ = find(named);
  return *this;
}

NetBuilder& NetBuilder::starts_from(float weight_deviation, float bias) {
  const auto has_weights = [&](int layer) {
    const std::vector<Parameter>& all = net_.layers[std::size_t(layer)].parameters;
    return std::any_of(all.begin(), all.end(), [](const Parameter& p) { return p.fan_in > 0; });
  };
  int at = current_;
  while (at != network_input && !has_weights(at)) at = net_.layers[std::size_t(at)].inputs[0];
  if (at == network_input) throw Error(net_.name + ": starts_from() must follow a layer with weights");
  for (Parameter& p : net_.layers[std::size_t(at)].parameters)
    p.initial = p.fan_in > 0 ? InitialValues{InitialValues::Kind::normal, weight_deviation}
                             : InitialValues{InitialValues::Kind::constant, bias};
  return *this;
}

NetBuilder& NetBuilder::is(int h, int w, int c) {
  const Shape want{h, w, c};
  if (!(shape() == want))
    throw Error(fmt::format("{}: after {} the shape is {}, not {}", net_.name,
                            current_ == network_input ? "the input" : net_.layers[std::size_t(current_)].name,
                            extents(shape()), extents(want)));
  return *this;
}

Net NetBuilder::build() const {
  std::vector<bool> is_read(net_.layers.size(), false);
  for (const Layer& layer : net_.layers)
    for (const int input : layer.inputs)
      if (input != network_input) is_read[std::size_t(input)] = true;
  for (std::size_t i = 0; i < net_.layers.size(); ++i)
    if (!is_read[i] && int(i) != current_)
      throw Error(fmt::format("{}: nothing reads the output of {}", net_.name, net_.layers[i].name));
  return net_;
}

}  // namespace gs
