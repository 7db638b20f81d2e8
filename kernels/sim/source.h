// source.h - lines of source files, for messages.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace gs::simulator {

/// A line, counted from 1, without its end; nothing if there is no such line.
std::optional<std::string> source_line(const std::string& file, unsigned line);

/// Whether `text` has `word`, not as a part of a longer one.
bool has_word(std::string_view text, std::string_view word);

}  // namespace gs::simulator
