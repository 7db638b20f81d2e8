// printable.cpp - decodes UTF-8 one character at a time.
#include "engine/core/printable.h"

#include <algorithm>
#include <charconv>
#include <cstdint>

#include <fmt/format.h>

namespace gs {
namespace {

/// Bytes of the character that `text` begins with; 0 if they are not valid UTF-8.
std::size_t character(std::string_view text, std::uint32_t& code) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const std::size_t length = byte(0) < 0x80 ? 1 : byte(0) < 0xe0 ? 2 : byte(0) < 0xf0 ? 3 : 4;
  if (length > text.size() || (byte(0) >= 0x80 && byte(0) < 0xc2) || byte(0) > 0xf4) return 0;
  code = length == 1 ? byte(0) : byte(0) & (0x7fu >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
    code = code << 6 | (byte(i) & 0x3fu);
  }
  constexpr std::uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = code >= 0xd800 && code < 0xe000;
  return code < least[length] || code > 0x10ffff || surrogate ? 0 : length;
}

/// Terminals obey U+0080 to U+009F too: U+009B begins an escape sequence.
bool is_control(std::uint32_t code) {
  return code < 0x20 || (code >= 0x7f && code < 0xa0);
}

}  // namespace

std::string printable(std::string_view text) {
  std::string shown;
  while (!text.empty()) {
    std::uint32_t code = 0;
    const std::size_t valid = character(text, code), length = valid == 0 ? 1 : valid;
    if (valid > 0 && !is_control(code))
      shown += text.substr(0, length);
    else
      for (const char byte : text.substr(0, length))
        shown += fmt::format("\\x{:02x}", static_cast<unsigned char>(byte));
    text.remove_prefix(length);
  }
  return shown;
}

std::string first_names(const std::vector<std::string>& names, std::size_t most) {
  std::string text;
  for (std::size_t i = 0; i < std::min(most, names.size()); ++i)
    text += (i > 0 ? ", " : "") + (names[i].empty() ? "(no name)" : printable(names[i]));
  if (names.size() > most) text += fmt::format(", and {} more", names.size() - most);
  return text.empty() ? "none" : text;
}

std::string from_printable(std::string_view text) {
  std::string bytes;
  while (!text.empty()) {
    unsigned value = 0;
    const bool shown = text.size() >= 4 && text.starts_with("\\x") &&
                       std::from_chars(text.data() + 2, text.data() + 4, value, 16).ptr == text.data() + 4;
    bytes += shown ? char(value) : text[0];
    text.remove_prefix(shown ? 4 : 1);
  }
  return bytes;
}

}  // namespace gs
