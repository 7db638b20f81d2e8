// parse_number.h - numbers in text.
#pragma once
#include <charconv>
#include <optional>
#include <string_view>

namespace gs {

/// The number that is the whole text; nullopt if it is none, or Number cannot hold it.
template <class Number>
std::optional<Number> parse_number(std::string_view text) {
  Number value{};
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end) return std::nullopt;
  return value;
}

}  // namespace gs
