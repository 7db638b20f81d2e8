// facts.h - text files of "key: value" lines, which say what a folder of a course has.
#pragma once
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace gs::learn {

/// Calls `set` with each key and value; an indented line continues the value before, one with # says nothing. What
/// `set` throws, and a line without a key, becomes one gs::Error that names file and line.
void read_facts(const std::filesystem::path& file,
                const std::function<void(const std::string& key, const std::string& value)>& set);

/// 7 of "07_reverse"; 0 if no number stands before the "_".
int leading_number(const std::string& name);
std::string trimmed(const std::string& text);
/// "a, b" -> a and b
std::vector<std::string> list_of(const std::string& value);
/// Throws gs::Error if the file cannot be read.
std::string text_of_file(const std::filesystem::path& file);

}  // namespace gs::learn
