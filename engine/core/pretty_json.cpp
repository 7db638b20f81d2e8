// pretty_json.cpp - layout only: the library writes the values.
#include "engine/core/pretty_json.h"

#include <algorithm>

#include "engine/core/json_text.h"

namespace gs {

std::string pretty(const nlohmann::ordered_json& json, int indent) {
  const bool plain = std::all_of(json.begin(), json.end(), [](const auto& item) { return !item.is_structured(); });
  if (!json.is_structured() || json.empty() || (json.is_array() && plain)) {
    if (!json.is_array()) return json_text(json);
    std::string line;
    for (const auto& item : json) line += (line.empty() ? "" : ", ") + json_text(item);
    return "[" + line + "]";
  }
  const std::string inner(std::size_t(indent) + 2, ' ');
  std::string text;
  for (const auto& item : json.items()) {
    text += text.empty() ? "\n" : ",\n";
    text += inner;
    if (json.is_object()) text += json_text(item.key()) + ": ";
    text += pretty(item.value(), indent + 2);
  }
  const std::string end = "\n" + std::string(std::size_t(indent), ' ');
  return json.is_object() ? "{" + text + end + "}" : "[" + text + end + "]";
}

}  // namespace gs
