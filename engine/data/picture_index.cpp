// picture_index.cpp - every end of every path is a key, with the file's ending and without.
#include "engine/data/picture_index.h"

#include <algorithm>
#include <cctype>

namespace gs {
namespace {

/// The path without its first folder; empty if it has none.
std::string below_first_folder(const std::string& path) {
  const std::size_t slash = path.find('/');
  return slash == path.npos ? "" : path.substr(slash + 1);
}

/// Without the ending of a picture's name: a dot and a few letters.
std::string without_ending(const std::string& name) {
  constexpr std::size_t longest = 5;
  const std::size_t dot = name.rfind('.');
  if (dot == name.npos || dot == 0 || name.size() - dot - 1 > longest) return name;
  const bool letters = std::all_of(name.begin() + std::ptrdiff_t(dot) + 1, name.end(),
                                   [](unsigned char c) { return std::isalpha(c) != 0; });
  return letters ? name.substr(0, dot) : name;
}

}  // namespace

PictureIndex::PictureIndex(const std::vector<std::string>& names) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    in_folder_.push_back(names[i].find('/') != std::string::npos);
    for (std::string end = names[i]; !end.empty(); end = below_first_folder(end)) {
      by_name_[end].push_back(i);
      by_stem_[without_ending(end)].push_back(i);
    }
  }
}

std::vector<std::size_t> PictureIndex::named(const std::string& end) const {
  if (const auto at = by_name_.find(end); at != by_name_.end()) return at->second;
  for (const std::string& stem : {end, without_ending(end)})
    if (const auto at = by_stem_.find(stem); at != by_stem_.end()) return at->second;
  return {};
}

std::vector<std::size_t> PictureIndex::find(const std::string& name) const {
  if (const auto at = by_name_.find(name); at != by_name_.end()) return at->second;
  std::string end = name;
  std::ranges::replace(end, '\\', '/');
  while (end.starts_with("./")) end.erase(0, 2);
  for (bool whole = true; !end.empty(); end = below_first_folder(end), whole = false) {
    std::vector<std::size_t> found = named(end);
    if (!whole && end.find('/') == end.npos)  // no folder is left to agree with the picture's
      std::erase_if(found, [&](std::size_t i) { return in_folder_[i]; });
    if (!found.empty()) return found;
  }
  return {};
}

}  // namespace gs
