// facts.cpp - line by line.
#include "apps/learn/course/facts.h"

#include <fstream>
#include <iterator>
#include <sstream>

#include "engine/core/parse_number.h"
#include "kernels/common/check.h"

namespace gs::learn {

namespace fs = std::filesystem;

std::string text_of_file(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) throw Error(file.string() + ": cannot be read: an exercise needs it");
  return {std::istreambuf_iterator<char>(stream), {}};
}

std::string trimmed(const std::string& text) {
  const auto first = text.find_first_not_of(" \t\r"), last = text.find_last_not_of(" \t\r");
  return first == text.npos ? "" : text.substr(first, last - first + 1);
}

std::vector<std::string> list_of(const std::string& value) {
  std::vector<std::string> list;
  std::istringstream stream(value);
  for (std::string item; std::getline(stream, item, ',');)
    if (!trimmed(item).empty()) list.push_back(trimmed(item));
  return list;
}

void read_facts(const fs::path& file, const std::function<void(const std::string&, const std::string&)>& set) {
  std::istringstream stream(text_of_file(file));
  std::string line, key, value;
  int number = 0;
  const auto keep = [&] {
    if (key.empty()) return;
    try {
      set(key, value);
    } catch (const Error& error) {
      throw Error(file.string() + ":" + std::to_string(number) + ": " + error.what());
    }
  };
  for (int at = 1; std::getline(stream, line); ++at) {
    if (trimmed(line).empty() || line[0] == '#') continue;
    if (line[0] == ' ') {
      value += " " + trimmed(line);
      continue;
    }
    keep();
    number = at;
    const auto colon = line.find(':');
    if (colon == line.npos) throw Error(file.string() + ":" + std::to_string(at) + ": expected a line 'key: value'");
    key = trimmed(line.substr(0, colon));
    value = trimmed(line.substr(colon + 1));
  }
  keep();
}

int leading_number(const std::string& name) {
  return parse_number<int>(name.substr(0, name.find('_'))).value_or(0);
}

}  // namespace gs::learn
