// checkpoint.cpp - parameters, moments and step state to and from safetensors.
#include "engine/train/checkpoint.h"

#include <fmt/format.h>

#include "engine/core/checksum.h"
#include "engine/core/error.h"
#include "engine/core/parse_number.h"
#include "engine/core/safetensors.h"
#include "engine/net/packed_parameters.h"

namespace gs {
namespace {

void append(SafeTensorViews& file, const std::string& prefix, const Net& net, const std::vector<float>& packed) {
  if (packed.empty()) return;
  require(std::int64_t(packed.size()) == net.parameter_count(), "a checkpoint of another net");
  for_each_parameter(net, [&](const Layer&, const Parameter& p, std::int64_t offset) {
    file.add(prefix + p.name, p.shape, std::span(packed).subspan(std::size_t(offset), std::size_t(p.size())));
  });
}

std::vector<float> packed_values(const SafeTensors& file, const std::string& prefix, const Net& net) {
  std::vector<float> packed;
  for_each_parameter(net, [&](const Layer&, const Parameter& p, std::int64_t) {
    const SafeTensor& tensor = file.at(prefix + p.name);
    if (tensor.shape != p.shape)
      throw Error(fmt::format("{}: {} has the shape {}, but {} wants {}", file.source, tensor.name,
                              dimensions(tensor.shape), net.name, dimensions(p.shape)));
    const std::vector<float> values = file.values<float>(tensor.name);
    packed.insert(packed.end(), values.begin(), values.end());
  });
  return packed;
}

bool has_moment(const SafeTensors& file, const std::string& prefix, const Net& net) {
  bool found = false;
  for_each_parameter(
      net, [&](const Layer&, const Parameter& p, std::int64_t) { found = found || file.has(prefix + p.name); });
  return found;
}

/// A number from the metadata, parsed without loss.
template <class Number>
Number number(const SafeTensors& file, const std::string& key) {
  const auto found = file.metadata.find(key);
  if (found != file.metadata.end())
    if (const auto value = parse_number<Number>(found->second)) return *value;
  throw Error(fmt::format("{}: the metadata has no number '{}'", file.source, key));
}

}  // namespace

std::string checksum_of_weights(const std::vector<float>& parameters) {
  return Checksum().add_values(parameters.data(), parameters.size()).hex();
}

Checkpoint take_checkpoint(const Program& program, int epoch, const PartialEpoch& partial) {
  Checkpoint c;
  c.epoch = epoch;
  c.partial = partial;
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

namespace {

/// The checkpoint must outlive it.
SafeTensorViews to_file(const Net& net, const Checkpoint& c) {
  SafeTensorViews file;
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
  if (!c.first_epoch.empty()) file.metadata["first_epoch_weights"] = c.first_epoch;
  if (c.partial.steps > 0) {
    file.metadata["epoch_steps"] = std::to_string(c.partial.steps);
    file.metadata["epoch_images"] = std::to_string(c.partial.images);
    file.metadata["epoch_loss_sum"] = fmt::format("{}", c.partial.loss_sum);
    file.metadata["epoch_correct"] = fmt::format("{}", c.partial.correct);
    file.metadata["epoch_seconds"] = fmt::format("{}", c.partial.seconds);
  }
  return file;
}

}  // namespace

void save_checkpoint(const std::filesystem::path& path, const Net& net, const Checkpoint& c) {
  write_safetensors(path, to_file(net, c));
}

void save_checkpoint(FolderCommit& change, const std::string& name, const Net& net, const Checkpoint& c) {
  write_safetensors(change, name, to_file(net, c));
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
  if (const auto found = file.metadata.find("first_epoch_weights"); found != file.metadata.end())
    c.first_epoch = found->second;
  if (file.metadata.count("epoch_steps") > 0) {
    c.partial.steps = number<std::uint32_t>(file, "epoch_steps");
    c.partial.images = number<std::uint64_t>(file, "epoch_images");
    c.partial.loss_sum = number<double>(file, "epoch_loss_sum");
    c.partial.correct = number<double>(file, "epoch_correct");
    c.partial.seconds = number<double>(file, "epoch_seconds");
  }
  return c;
}

}  // namespace gs
