// compiler_messages.cpp - a message is an error or a warning, what leads to it, and what follows from it.
#include "apps/learn/compiler_messages.h"

#include <algorithm>
#include <set>

namespace gs::learn {
namespace {

/// "vec.cu:3:15: error: `k` was not declared" -> "vec.cu:3: `k` was not declared"; empty for another line.
std::string without_column(std::string_view line) {
  constexpr std::string_view mark = ": error: ";
  const auto error = line.find(mark);
  if (error == line.npos) return "";
  return std::string(line.substr(0, line.rfind(':', error - 1))) + ": " + std::string(line.substr(error + mark.size()));
}

/// "vec.cu: In function `int main()`:", "vec.cu:5:22:   required from here": it leads to the next message.
bool leads_on(std::string_view line) {
  for (const std::string_view words :
       {": In ", ": At ", ":   required ", "In file included ", "                 from "})
    if (line.find(words) != line.npos && line.find(": error: ") == line.npos) return true;
  return false;
}

}  // namespace

std::string without_repetitions(std::string_view text) {
  std::set<std::string> seen;
  std::string result, lead;
  bool repeated = false;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size() - 1) + 1;
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end);
    if (leads_on(line)) {
      lead += line;
      continue;
    }
    if (const std::string error = without_column(line); !error.empty())
      repeated = !seen.insert(error).second;
    else if (line.find(": warning: ") != line.npos)
      repeated = false;
    if (!repeated) result += lead + std::string(line);
    lead.clear();
  }
  return result + lead;
}

}  // namespace gs::learn
