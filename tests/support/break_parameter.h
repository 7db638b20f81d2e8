// break_parameter.h - weights that no training would make.
#pragma once
#include <algorithm>
#include <string>

#include "engine/program/program.h"

namespace gs::test {

/// Replaces all values of a parameter.
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
