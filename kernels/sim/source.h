// source.h - source files, whole or line by line.
#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace gs::simulator {

/// Nothing if the file cannot be read.
std::optional<std::string> text_of_file(const std::filesystem::path& file);

/// A line, counted from 1, without its end; nothing if there is no such line.
std::optional<std::string> source_line(const std::string& file, unsigned line);

/// Whether `text` has `word`, not as a part of a longer one.
bool has_word(std::string_view text, std::string_view word);

}  // namespace gs::simulator
