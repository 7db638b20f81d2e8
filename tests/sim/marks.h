// marks.h - finds the lines of the tests' kernels that a message or a count must name, by the marks in them.
#pragma once
#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

namespace gs::test {

/// "count_kernels.cu:41" for the line of the file that ends in "// at <mark>"; empty if there is none.
inline std::string find_mark(const std::string& mark, const std::string& name) {
  std::ifstream file(GRIDSTRIDE_SOURCE_DIR "/tests/sim/" + name);
  int number = 0;
  for (std::string line; std::getline(file, line);) {
    number++;
    const std::string ending = "// at " + mark;
    if (line.size() >= ending.size() && line.compare(line.size() - ending.size(), ending.size(), ending) == 0)
      return name + ":" + std::to_string(number);
  }
  return "";
}

/// `find_mark()` in several files, by default the broken kernels', whose marks begin with the case. Fails the test if
/// none has the mark.
inline std::string marked(const std::string& mark,
                          const std::vector<std::string>& names = {"broken_meetings.cu", "broken_addresses.cu",
                                                                   "broken_ordering.cu"}) {
  for (const std::string& name : names)
    if (const std::string place = find_mark(mark, name); !place.empty()) return place;
  ADD_FAILURE() << "no line of the tests' kernels is marked \"" << mark << "\"";
  return "";
}

/// True if `text` contains `place` as a whole ("x.cu:41" is not in "x.cu:413").
inline bool names(const std::string& text, const std::string& place) {
  for (auto at = text.find(place); at != text.npos; at = text.find(place, at + 1))
    if (at + place.size() == text.size() || !std::isdigit(static_cast<unsigned char>(text[at + place.size()])))
      return true;
  return false;
}

}  // namespace gs::test
