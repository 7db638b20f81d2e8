// nearest.cpp - edit distance and the sentence made of it.
#include "engine/core/nearest.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace gs {

std::size_t edit_distance(const std::string& a, const std::string& b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j < row.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({row[j - 1] + 1, above + 1, diagonal + (a[i - 1] != b[j - 1])});
      diagonal = above;
    }
  }
  return row[b.size()];
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
  return fmt::format("there {} {}", names.size() == 1 ? "is" : "are", fmt::join(names, ", "));
}

}  // namespace gs
