// nearest.cpp - edit distance, and suggestions by it.
#include "engine/core/nearest.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace gs {

std::size_t edit_distance(const std::string& a, const std::string& b) {
  std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) d[i][0] = i;
  for (std::size_t j = 0; j <= b.size(); ++j) d[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i)
    for (std::size_t j = 1; j <= b.size(); ++j) {
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (a[i - 1] != b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
    }
  return d[a.size()][b.size()];
}

std::string nearest_name(const std::string& typed, const std::vector<std::string>& names) {
  const auto nearest = std::min_element(names.begin(), names.end(), [&](const auto& a, const auto& b) {
    return edit_distance(typed, a) < edit_distance(typed, b);
  });
  if (nearest == names.end()) return {};
  return 3 * edit_distance(typed, *nearest) <= std::max(typed.size(), nearest->size()) ? *nearest : std::string();
}

std::string suggestion(const std::string& typed, const std::vector<std::string>& names) {
  const std::string near = nearest_name(typed, names);
  if (!near.empty()) return fmt::format("did you mean '{}'?", near);
  return fmt::format("expected {}{}", names.size() == 1 ? "" : "one of ", fmt::join(names, ", "));
}

}  // namespace gs
