// break_parameter.h - sets weights to broken values.
#pragma once
#include <algorithm>
#include <string>

#include "engine/program/program.h"

namespace gs::test {

/// Sets all values of the parameter `name`.
inline void break_parameter(Program& program, const std::string& name, float value) {
  std::vector<float> parameters = program.parameters();
  auto at = parameters.begin();
  for (const Layer& layer : program.net().layers)
    for (const Parameter& parameter : layer.parameters) {
      if (parameter.name == name) std::fill_n(at, parameter.size(), value);
      at += parameter.size();
    }
  program.set_parameters(parameters);
}

}  // namespace gs::test
