// source.cpp - reads a file to its end, or up to a line.
#include "kernels/sim/source.h"

#include <cctype>
#include <fstream>
#include <sstream>

namespace gs::simulator {

std::optional<std::string> text_of_file(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  if (!stream.is_open() || text.bad()) return {};  // bad: a folder
  return text.str();
}

std::optional<std::string> source_line(const std::string& file, unsigned line) {
  std::ifstream stream(file);
  std::string text;
  for (unsigned i = 0; i < line; ++i)
    if (!std::getline(stream, text)) return {};
  if (!text.empty() && text.back() == '\r') text.pop_back();
  return text;
}

bool has_word(std::string_view text, std::string_view word) {
  const auto in_word = [&](std::size_t i) {
    return i < text.size() && (std::isalnum(static_cast<unsigned char>(text[i])) || text[i] == '_');
  };
  for (auto at = text.find(word); at != text.npos; at = text.find(word, at + 1))
    if (!(at > 0 && in_word(at - 1)) && !in_word(at + word.size())) return true;
  return false;
}

}  // namespace gs::simulator
