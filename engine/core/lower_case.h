// lower_case.h - names that people write in any case.
#pragma once
#include <algorithm>
#include <cctype>
#include <string>

namespace gs {

/// The text with A to Z as a to z; other bytes stay.
inline std::string in_lower_case(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return char(std::tolower(c)); });
  return text;
}

}  // namespace gs
