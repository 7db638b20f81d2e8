// ptx_text.cpp - follows the directives .file and .loc.
#include "apps/learn/machine_code/ptx_text.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <sstream>
#include <vector>

#include "kernels/sim/source.h"

namespace gs::learn {
namespace {

std::string_view next_line_of(std::string_view& text) {
  const auto end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

std::string_view directive_of(std::string_view line) {
  return line.substr(std::min(line.find_first_not_of(" \t"), line.size()));
}

/// `.file	1 "<folders>/a.cu"`, by number.
std::map<unsigned, std::string> files_in(std::string_view ptx) {
  std::map<unsigned, std::string> files;
  while (!ptx.empty()) {
    std::istringstream words{std::string(next_line_of(ptx))};
    std::string word, name;
    unsigned number = 0;
    if (words >> word && word == ".file" && words >> number && std::getline(words, name, '"') &&
        std::getline(words, name, '"'))
      files[number] = std::filesystem::path(name).lexically_normal().string();
  }
  return files;
}

struct Location {
  unsigned file = 0, line = 0;
  bool operator==(const Location&) const = default;
};

/// `.loc 2 69 9, function_name ..., inlined_at 1 21 3`: the place, and the one that it is inlined at.
std::vector<Location> locations_in(std::string_view directive) {
  std::vector<Location> locations;
  for (const std::string_view before : {".loc", "inlined_at"})
    if (const auto at = directive.find(before); at != directive.npos) {
      std::istringstream words{std::string(directive.substr(at + before.size()))};
      Location location;
      if (words >> location.file >> location.line) locations.push_back(location);
    }
  return locations;
}

}  // namespace

std::string ptx_with_source(std::string_view ptx, const std::string& folder) {
  const std::map<unsigned, std::string> files = files_in(ptx);
  const auto is_own = [&](const Location& location) {
    const auto file = files.find(location.file);
    return location.line > 0 && file != files.end() && file->second.starts_with(folder + "/");
  };
  std::string text;
  Location shown, next;
  while (!ptx.empty()) {
    const std::string_view line = next_line_of(ptx), directive = directive_of(line);
    if (directive.starts_with(".section")) break;  // for debuggers, up to the end
    if (directive.starts_with(".file")) continue;
    if (directive.starts_with(".loc")) {
      const std::vector<Location> locations = locations_in(directive);
      const auto own = std::find_if(locations.begin(), locations.end(), is_own);
      if (own != locations.end()) next = *own;
      continue;
    }
    if (directive.empty() && text.ends_with("\n\n")) continue;
    if (!directive.empty() && next != shown) {
      shown = next;
      const auto source = simulator::source_line(files.at(shown.file), shown.line);
      text += "// " + std::to_string(shown.line) + " | " + source.value_or("") + "\n";
    }
    text += std::string(line) + "\n";
  }
  return text;
}

}  // namespace gs::learn
