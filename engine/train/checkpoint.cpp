// checkpoint.cpp - parameters, moments and step state to and from safetensors.
#include "engine/train/checkpoint.h"

#include <charconv>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/core/error.h"
#include "engine/core/safetensors.h"

namespace gs {
namespace {

/// Calls visit(parameter, offset in the packed values) for each parameter.
template <class Visit>
void for_each_parameter(const Net& net, Visit visit) {
  std::int64_t offset = 0;
  for (const Layer& layer : net.layers)
    for (const Parameter& parameter : layer.parameters) {
      visit(parameter, offset);
      offset += parameter.size();
    }
}

void append(SafeTensors& file, const std::string& prefix, const Net& net, const std::vector<float>& packed) {
  if (packed.empty()) return;
  require(std::int64_t(packed.size()) == net.parameter_count(), "a checkpoint of another net");
  for_each_parameter(net, [&](const Parameter& p, std::int64_t offset) {
    file.tensors.push_back(make_tensor(prefix + p.name, p.shape, packed.data() + offset, std::size_t(p.size())));
  });
}

std::string dimensions(const std::vector<std::int64_t>& shape) {
  return fmt::format("[{}]", fmt::join(shape, ", "));
}

std::vector<float> packed_values(const SafeTensors& file, const std::string& prefix, const Net& net) {
  std::vector<float> packed;
  for_each_parameter(net, [&](const Parameter& p, std::int64_t) {
    const SafeTensor& tensor = file.at(prefix + p.name);
    if (tensor.shape != p.shape)
      throw Error(fmt::format("{}: {} has the shape {}, but {} wants {}", file.source, tensor.name,
                              dimensions(tensor.shape), net.name, dimensions(p.shape)));
    const std::vector<float> values = tensor.values<float>();
    packed.insert(packed.end(), values.begin(), values.end());
  });
  return packed;
}

bool has_moment(const SafeTensors& file, const std::string& prefix, const Net& net) {
  bool found = false;
  for_each_parameter(net, [&](const Parameter& p, std::int64_t) { found = found || file.has(prefix + p.name); });
  return found;
}

/// A number from the metadata, parsed without loss.
template <class Number>
Number number(const SafeTensors& file, const std::string& key) {
  const auto found = file.metadata.find(key);
  if (found != file.metadata.end()) {
    const std::string& text = found->second;
    Number value{};
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error == std::errc() && stop == text.data() + text.size()) return value;
  }
  throw Error(fmt::format("{}: the metadata has no number '{}'", file.source, key));
}

}  // namespace

Checkpoint take_checkpoint(const Program& program, int epoch) {
  Checkpoint c;
  c.epoch = epoch;
  c.parameters = program.parameters();
  c.resumable = true;
  const int moments = program.recipe().optimizer.moments();
  if (moments > 0) c.moment1 = program.moment(1);
  if (moments > 1) c.moment2 = program.moment(2);
  c.state = program.state();
  return c;
}

void restore(Program& program, const Checkpoint& c) {
  require(c.resumable, "a checkpoint without the optimizer's state cannot be resumed from");
  const int moments = program.recipe().optimizer.moments();
  if (c.moment1.empty() != (moments < 1) || c.moment2.empty() != (moments < 2))
    throw Error("the checkpoint was written by another optimizer: its moments do not fit");
  program.set_parameters(c.parameters);
  if (moments > 0) program.set_moment(1, c.moment1);
  if (moments > 1) program.set_moment(2, c.moment2);
  program.set_state(c.state);
}

void save_checkpoint(const std::filesystem::path& path, const Net& net, const Checkpoint& c) {
  SafeTensors file;
  append(file, "", net, c.parameters);
  append(file, "moment1/", net, c.moment1);
  append(file, "moment2/", net, c.moment2);
  file.metadata = {{"network", net.name}, {"epoch", std::to_string(c.epoch)}};
  if (c.resumable) {
    file.metadata["seed"] = std::to_string(c.state.seed);
    file.metadata["step"] = std::to_string(c.state.step);
    file.metadata["beta1_power"] = fmt::format("{}", c.state.beta1_power);
    file.metadata["beta2_power"] = fmt::format("{}", c.state.beta2_power);
  }
  write_safetensors(path, file);
}

Checkpoint load_checkpoint(const std::filesystem::path& path, const Net& net) {
  const SafeTensors file = read_safetensors(path);
  Checkpoint c;
  c.epoch = number<int>(file, "epoch");
  c.parameters = packed_values(file, "", net);
  c.resumable = file.metadata.count("step") > 0;
  if (c.resumable) {
    if (has_moment(file, "moment1/", net)) c.moment1 = packed_values(file, "moment1/", net);
    if (has_moment(file, "moment2/", net)) c.moment2 = packed_values(file, "moment2/", net);
    c.state.seed = number<std::uint64_t>(file, "seed");
    c.state.step = number<std::uint64_t>(file, "step");
    c.state.beta1_power = number<double>(file, "beta1_power");
    c.state.beta2_power = number<double>(file, "beta2_power");
  }
  return c;
}

}  // namespace gs
