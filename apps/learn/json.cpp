// json.cpp - writes JSON (RFC 8259) on one line.
#include "apps/learn/json.h"

#include <cstdio>

namespace gs::learn {
namespace {

/// A character at the beginning of a text, or what is left of one.
struct Character {
  std::size_t bytes;
  bool whole;
};

/// The table of well-formed sequences of the Unicode standard (3-7): a first byte, the range of the second, the length.
Character first_character(std::string_view text) {
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  const unsigned first = byte(0);
  if (first < 0x80) return {1, true};
  const std::size_t length = first >= 0xc2 && first <= 0xdf   ? 2
                             : (first & 0xf0) == 0xe0         ? 3
                             : first >= 0xf0 && first <= 0xf4 ? 4
                                                              : 0;
  if (length == 0) return {1, false};
  const unsigned low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
  const unsigned high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
  if (byte(1) < low || byte(1) > high) return {1, false};
  for (std::size_t i = 2; i < length; ++i)
    if ((byte(i) & 0xc0) != 0x80) return {i, false};
  return {length, true};
}

std::string joined(const std::vector<std::string>& parts, char open, char close) {
  std::string text(1, open);
  for (const std::string& part : parts) text += (text.size() > 1 ? ", " : "") + part;
  return text + close;
}

}  // namespace

Json json_string(std::string_view value) {
  std::string text = "\"";
  while (!value.empty()) {
    const Character character = first_character(value);
    const char c = value[0];
    if (!character.whole) {
      text += "\xef\xbf\xbd";
    } else if (c == '"' || c == '\\') {
      text += {'\\', c};
    } else if (c == '\n') {
      text += "\\n";
    } else if (c == '\t') {
      text += "\\t";
    } else if (static_cast<unsigned char>(c) < 0x20) {
      char escape[8];
      std::snprintf(escape, sizeof escape, "\\u%04x", unsigned(c));
      text += escape;
    } else {
      text += value.substr(0, character.bytes);
    }
    value.remove_prefix(character.bytes);
  }
  return {text + '"'};
}

Json json_number(std::int64_t value) {
  return {std::to_string(value)};
}

Json json_bool(bool value) {
  return {value ? "true" : "false"};
}

Json json_null() {
  return {"null"};
}

Json json_array(const std::vector<Json>& elements) {
  std::vector<std::string> parts;
  for (const Json& element : elements) parts.push_back(element.text);
  return {joined(parts, '[', ']')};
}

Json json_object(const std::vector<std::pair<std::string_view, Json>>& members) {
  std::vector<std::string> parts;
  for (const auto& [name, value] : members) parts.push_back(json_string(name).text + ": " + value.text);
  return {joined(parts, '{', '}')};
}

}  // namespace gs::learn
