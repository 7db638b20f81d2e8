// entry.cpp - writes and reads entries.
#include "kernels/sim/textbook/entry.h"

#include <algorithm>

namespace gs::textbook {
namespace {

std::string escaped(std::string_view value) {
  std::string text;
  for (const char c : value) text += c == '\t' ? "\\t" : c == '\n' ? "\\n" : c == '\\' ? "\\\\" : std::string(1, c);
  return text;
}

std::string unescaped(std::string_view text) {
  std::string value;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      value += text[i];
      continue;
    }
    const char c = text[++i];
    value += c == 't' ? '\t' : c == 'n' ? '\n' : c;
  }
  return value;
}

/// Takes what stands before `end` from the front of `text`.
std::string_view taken(std::string_view& text, char end) {
  const std::size_t at = std::min(text.find(end), text.size());
  const std::string_view part = text.substr(0, at);
  text.remove_prefix(std::min(at + 1, text.size()));
  return part;
}

}  // namespace

const std::string& Entry::operator[](std::string_view field) const {
  static const std::string none;
  const auto found = fields.find(field);
  return found == fields.end() ? none : found->second;
}

std::string line_of(const Entry& entry) {
  std::string line = entry.kind;
  for (const auto& [name, value] : entry.fields) line += "\t" + name + "=" + escaped(value);
  return line + "\n";
}

std::vector<Entry> entries_of(std::string_view record) {
  std::vector<Entry> entries;
  while (!record.empty()) {
    std::string_view line = taken(record, '\n');
    Entry entry{std::string(taken(line, '\t')), {}};
    while (!line.empty()) {
      std::string_view value = taken(line, '\t');
      const std::string_view name = taken(value, '=');
      entry.fields.emplace(name, unescaped(value));
    }
    entries.push_back(std::move(entry));
  }
  return entries;
}

}  // namespace gs::textbook
