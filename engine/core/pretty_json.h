// pretty_json.h - JSON for people: an entry a line, but lists of plain values on one.
#pragma once
#include <string>

#include <nlohmann/json.hpp>

namespace gs {

std::string pretty(const nlohmann::ordered_json&, int indent = 0);

}  // namespace gs
