// ways.cpp - compares two ways from their ends.
#include "kernels/sim/check/ways.h"

#include <algorithm>
#include <cstdlib>
#include <vector>

#include "kernels/sim/check/places.h"
#include "kernels/sim/source.h"

namespace gs::simulator::check {

constinit bool ways_are_kept = false;

std::uint32_t Ways::parting(unsigned thread, unsigned other) const {
  const auto in_order = [](const Way& way) {
    std::vector<std::uint32_t> codes;
    const std::uint32_t count = std::min(way.count, kept);
    for (std::uint32_t i = way.count - count; i != way.count; ++i) codes.push_back(way.codes[i % kept]);
    return codes;
  };
  const std::vector<std::uint32_t> mine = in_order(ways_[thread]), theirs = in_order(ways_[other]);
  for (std::size_t i = mine.size(); i-- > 0;)
    for (std::size_t j = theirs.size(); j-- > 0;) {
      if (mine[i] != theirs[j]) continue;
      const std::uint32_t next = i + 1 < mine.size() ? mine[i + 1] : 0;
      const std::uint32_t other_next = j + 1 < theirs.size() ? theirs[j + 1] : 0;
      if (next != 0 && next != other_next) return mine[i];
    }
  return 0;
}

std::string branch_after(std::uint32_t code, unsigned last_line) {
  const std::string place = full_paths({code}).front();
  const auto colon = place.rfind(':');
  if (colon == place.npos) return "";
  const std::string file = place.substr(0, colon);
  for (auto line = unsigned(std::strtoul(place.c_str() + colon + 1, nullptr, 10)); line <= last_line; ++line)
    if (const auto text = source_line(file, line))
      for (const char* word : {"if", "while", "for", "switch"})
        if (has_word(*text, word)) return file + ":" + std::to_string(line);
  return "";
}

}  // namespace gs::simulator::check
