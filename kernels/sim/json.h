// json.h - JSON texts, made of their parts.
#pragma once
#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gs::simulator {

/// A value as JSON writes it.
struct Json {
  std::string text;
};

/// A string. Bytes that are no UTF-8 become U+FFFD, one for each longest beginning of a character.
Json json_string(std::string_view);
Json json_number(std::int64_t);
Json json_real(double);  ///< null for NaN and infinity
Json json_bool(bool);
Json json_null();
Json json_array(const std::vector<Json>&);
/// The members in the order given.
Json json_object(const std::vector<std::pair<std::string_view, Json>>&);

/// An array of whole numbers.
template <class Values>
Json json_row(const Values& values) {
  std::string text = "[";
  char digits[24];
  for (const auto& value : values) {
    if (text.size() > 1) text += ',';
    text.append(digits, std::to_chars(digits, digits + sizeof digits, std::int64_t(value)).ptr);
  }
  return {text + "]"};
}

}  // namespace gs::simulator
