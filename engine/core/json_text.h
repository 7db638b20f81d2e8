// json_text.h - JSON from text and to text. Every reader and writer of JSON comes here: faults of a file are found in
// one place, and the library's parser is compiled once.
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace gs {

/// Lists and objects inside one another. Ours have 8 at most; some functions of the library call themselves for each.
constexpr int deepest_json = 64;
constexpr std::uint64_t largest_json = 1ull << 29;  ///< bytes of a file

/// Parses `text`, the contents of `file`; comments are allowed. Throws gs::Error with one line that names the file:
/// "runs/a/run.json is not valid JSON (line 3)", "... has the key 'lr' twice", "... is nested deeper than 64 levels".
nlohmann::json parse_json(std::string_view text, const std::string& file);
/// The same; objects keep the order of their members.
nlohmann::ordered_json parse_ordered_json(std::string_view text, const std::string& file);

/// Reads and parses a file. Throws gs::Error, also if it cannot be read, is not a regular file or is too large.
nlohmann::json read_json(const std::filesystem::path&);
nlohmann::ordered_json read_ordered_json(const std::filesystem::path&);

/// Writes on one line, or with `indent` spaces a level. Bytes that are not valid UTF-8 become U+FFFD. Never throws.
std::string json_text(const nlohmann::json&, int indent = -1);
std::string json_text(const nlohmann::ordered_json&, int indent = -1);
/// A text in quotes.
std::string json_text(const std::string&);

/// JSON must be UTF-8: for names that have to come back as they were.
bool is_utf8(const std::string&);

/// The text, or printable() of it if it is not UTF-8: from_printable() gives a file's name back.
std::string as_utf8(const std::string&);

}  // namespace gs
