// packed_parameters.h - the order of the values of all parameters of a network in one array, as in checkpoints.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/net/net.h"

namespace gs {

/// Calls visit(layer, parameter, offset) for each parameter, in the order of the layers. `offset`: its first value's
/// index among the packed values of all parameters (Program::parameters()).
template <class Visit>
void for_each_parameter(const Net& net, Visit visit) {
  std::int64_t offset = 0;
  for (const Layer& layer : net.layers)
    for (const Parameter& parameter : layer.parameters) {
      visit(layer, parameter, offset);
      offset += parameter.size();
    }
}

/// "[4, 3, 3, 2]"
inline std::string dimensions(const std::vector<std::int64_t>& shape) {
  return fmt::format("[{}]", fmt::join(shape, ", "));
}

}  // namespace gs
