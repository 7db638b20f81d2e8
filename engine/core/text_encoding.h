// text_encoding.h - the bytes that editors of Windows put in front of a text.
#pragma once
#include <string_view>

namespace gs {

inline constexpr std::string_view utf8_mark = "\xef\xbb\xbf";

/// The text without UTF-8's byte order mark, if it begins with one.
inline std::string_view without_utf8_mark(std::string_view text) {
  if (text.starts_with(utf8_mark)) text.remove_prefix(utf8_mark.size());
  return text;
}

/// Whether the text begins with a byte order mark of UTF-16.
inline bool is_utf16(std::string_view text) {
  return text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff");
}

}  // namespace gs
