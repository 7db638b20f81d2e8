// pretty_json.h - readable JSON: one entry per line, but lists of plain values on one line.
#pragma once
#include <string>

#include <nlohmann/json.hpp>

namespace gs {

std::string pretty(const nlohmann::ordered_json&, int indent = 0);

}  // namespace gs
