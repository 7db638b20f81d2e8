// freeze.cpp - patterns of names, by fnmatch(3).
#include "engine/net/freeze.h"

#include <fnmatch.h>

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/core/error.h"

namespace gs {

void freeze_layers(Net& net, const std::vector<std::string>& patterns) {
  const auto fits = [](const std::string& pattern, const std::string& name) {
    return ::fnmatch(pattern.c_str(), name.c_str(), 0) == 0;
  };
  std::vector<std::string> with_parameters;
  for (const Layer& layer : net.layers)
    if (!layer.parameters.empty()) with_parameters.push_back(layer.name);
  for (const std::string& pattern : patterns)
    if (std::ranges::none_of(with_parameters, [&](const std::string& name) { return fits(pattern, name); }))
      throw UsageError(fmt::format("--freeze: '{}' fits no layer of {} with parameters: {}", pattern, net.name,
                                   fmt::join(with_parameters, ", ")));
  for (Layer& layer : net.layers) {
    if (layer.parameters.empty() ||
        std::ranges::none_of(patterns, [&](const std::string& pattern) { return fits(pattern, layer.name); }))
      continue;
    for (Parameter& parameter : layer.parameters) parameter.trained = false;
  }
  if (net.trained_parameter_count() == 0)
    throw UsageError(fmt::format("--freeze: nothing of {} is left to train; its layers are {}", net.name,
                                 fmt::join(with_parameters, ", ")));
}

std::vector<std::string> frozen_layers(const Net& net) {
  std::vector<std::string> names;
  for (const Layer& layer : net.layers)
    if (!layer.parameters.empty() && std::ranges::none_of(layer.parameters, &Parameter::trained))
      names.push_back(layer.name);
  return names;
}

}  // namespace gs
