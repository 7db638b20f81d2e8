// net_builder.cpp - appends layers, names them, and resolves the values they read.
#include "engine/net/net_builder.h"

#include <algorithm>
#include <array>
#include <limits>

#include <fmt/format.h>

#include "engine/core/error.h"
#include "engine/core/nearest.h"
#include "kernels/common/grouped.h"

namespace gs {
namespace {

/// Values that one image's activations, or a network's parameters, may have in all: far more than any memory holds, few
/// enough that the bytes of a batch of them fit into 64 bits.
constexpr std::int64_t most_values = std::int64_t(1) << 40;
constexpr int longest_side = 1 << 24;  ///< of an image or feature map: with its padding it fits an int
constexpr const char* smaller = "use a smaller --image-size or --base";

/// The number of values in `extents`, added to `sum`; false if that is more than most_values.
template <class Extents>
bool add_values(const Extents& extents, std::int64_t& sum) {
  std::int64_t product = 1;
  for (const std::int64_t extent : extents)
    if (__builtin_mul_overflow(product, extent, &product)) return false;
  return !__builtin_add_overflow(sum, product, &sum) && sum <= most_values;
}

}  // namespace

NetBuilder::NetBuilder(std::string name, Shape input) {
  if (input.h < 1 || input.w < 1 || input.c < 1)
    throw UsageError(fmt::format("{}: an input of {}x{}x{} is empty", name, input.h, input.w, input.c));
  if (input.h > longest_side || input.w > longest_side || !add_values(std::array{input.h, input.w, input.c}, values_))
    throw UsageError(
        fmt::format("{}: an input of {}x{}x{} is too large; {}", name, input.h, input.w, input.c, smaller));
  net_.name = std::move(name);
  net_.input = input;
}

Layer& NetBuilder::append(const std::string& stem, std::shared_ptr<const LayerKind> kind, Shape output,
                          const std::string& other) {
  const int number = ++counts_[stem];
  const std::string name = stem == "flatten" && number == 1 ? stem : stem + std::to_string(number);
  std::vector<int> inputs = {current_};
  if (!other.empty()) inputs.push_back(find(other));
  if (output.h < 1 || output.w < 1 || output.c < 1)
    throw UsageError(fmt::format("{}: the output of {}, {}x{}x{}, is empty; use a larger --image-size or --base",
                                 net_.name, name, output.h, output.w, output.c));
  if (!add_values(std::array{output.h, output.w, output.c}, values_))
    throw UsageError(fmt::format("{}: with {} the outputs of the layers have more than {} values for one image; {}",
                                 net_.name, name, grouped(most_values), smaller));
  net_.layers.push_back({name, std::move(kind), std::move(inputs), shape(), output, {}});
  current_ = int(net_.layers.size()) - 1;
  return net_.layers.back();
}

int NetBuilder::extent_of(const std::string& stem, std::int64_t extent) const {
  constexpr int most = std::numeric_limits<int>::max();
  if (extent <= most) return int(extent);
  throw UsageError(fmt::format("{}: {} would have {} outputs, and a layer has at most {}; {}", net_.name, stem,
                               grouped(extent), grouped(most), smaller));
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
  std::int64_t values = 0;
  for (const Layer& layer : net_.layers)
    for (const Parameter& p : layer.parameters)
      if (!add_values(p.shape, values))
        throw UsageError(fmt::format("{}: with {} there are more than {} parameters; {}", net_.name, p.name,
                                     grouped(most_values), smaller));
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
