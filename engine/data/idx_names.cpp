// idx_names.cpp - parses PREFIX-train-images-idx3-ubyte.gz and its variants. EMNIST keeps six sets in one folder.
#include "engine/data/idx_names.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/core/error.h"

namespace gs {
namespace {

namespace fs = std::filesystem;

/// Prefix and split of a file of images or labels: {"emnist-letters-", "test"}.
struct IdxName {
  std::string prefix, split;
};

std::optional<IdxName> parse_idx_name(std::string_view name) {
  if (name.ends_with(".gz")) name.remove_suffix(3);
  constexpr std::array<std::string_view, 4> kinds{"-images-idx3-ubyte", "-images.idx3-ubyte", "-labels-idx1-ubyte",
                                                  "-labels.idx1-ubyte"};
  const auto kind = std::ranges::find_if(kinds, [&](std::string_view ending) { return name.ends_with(ending); });
  if (kind == kinds.end()) return std::nullopt;
  name.remove_suffix(kind->size());
  for (const std::string_view split : {"train", "t10k", "test"}) {
    if (!name.ends_with(split)) continue;
    name.remove_suffix(split.size());
    if (name.empty() || name.ends_with('-')) return IdxName{std::string(name), std::string(split)};
  }
  return std::nullopt;
}

fs::path idx_file(const IdxSet& set, const std::string& split, const std::string& what, const std::string& kind) {
  const std::string stem = set.prefix + split;
  for (const char* separator : {"-", "."})
    for (const char* ending : {"", ".gz"}) {
      const fs::path path = set.folder / fmt::format("{}-{}{}{}-ubyte{}", stem, what, separator, kind, ending);
      std::error_code none;
      if (fs::exists(path, none)) return path;
    }
  throw UsageError(
      fmt::format("--data {}: {}-{}-{}-ubyte (or .gz) is missing", set.folder.string(), stem, what, kind));
}

/// The sets in a folder, by prefix.
std::map<std::string, IdxSet> idx_sets_in(const fs::path& folder) {
  std::map<std::string, std::set<std::string>> splits;
  std::error_code none;  // the reader of pictures will say that a folder cannot be read
  for (fs::directory_iterator at(folder, none), end; !none && at != end; at.increment(none))
    if (const auto name = parse_idx_name(at->path().filename().string())) splits[name->prefix].insert(name->split);
  std::map<std::string, IdxSet> sets;
  for (const auto& [prefix, names] : splits)
    sets[prefix] = {folder, prefix, names.contains("test") && !names.contains("t10k") ? "test" : "t10k"};
  return sets;
}

}  // namespace

fs::path idx_images(const IdxSet& set, const std::string& split) {
  return idx_file(set, split, "images", "idx3");
}

fs::path idx_labels(const IdxSet& set, const std::string& split) {
  return idx_file(set, split, "labels", "idx1");
}

std::optional<IdxSet> idx_set_in(const fs::path& folder) {
  const std::map<std::string, IdxSet> sets = idx_sets_in(folder);
  if (sets.empty()) return std::nullopt;
  if (const auto unnamed = sets.find(""); unnamed != sets.end()) return unnamed->second;
  if (sets.size() == 1) return sets.begin()->second;
  std::vector<std::string> names;
  for (const auto& [prefix, set] : sets) names.push_back(prefix.substr(0, prefix.size() - 1));
  throw UsageError(fmt::format("--data {}: {} IDX sets in it ({}): name one by a file, as in --data {}",
                               folder.string(), names.size(), fmt::join(names, ", "),
                               idx_images(sets.begin()->second, "train").string()));
}

std::optional<IdxSet> idx_set_of(const fs::path& file) {
  const auto name = parse_idx_name(file.filename().string());
  if (!name) return std::nullopt;
  const fs::path folder = file.parent_path().empty() ? "." : file.parent_path();
  const std::map<std::string, IdxSet> sets = idx_sets_in(folder);
  const auto set = sets.find(name->prefix);
  return set == sets.end() ? std::nullopt : std::optional(set->second);
}

}  // namespace gs
