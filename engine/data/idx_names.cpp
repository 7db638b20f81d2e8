// idx_names.cpp - looks for files of IDX sets in a folder and in the folders raw below it.
#include "engine/data/idx_names.h"

#include <algorithm>
#include <set>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/core/error.h"

namespace gs {
namespace {

namespace fs = std::filesystem;

/// The prefixes of the IDX files in a folder: "" of train-images-idx3-ubyte.
std::set<std::string> prefixes_in(const fs::path& folder) {
  std::set<std::string> prefixes;
  std::error_code none;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, none)) {
    const std::string name = entry.path().filename().string();
    if (name.find("-ubyte") == name.npos) continue;  // soon said of a thousand pictures
    for (const char* split : {"train-", "t10k-", "test-"})
      for (const char* kind : {"images-idx3-ubyte", "images.idx3-ubyte", "labels-idx1-ubyte", "labels.idx1-ubyte"}) {
        const auto at = name.find(split + std::string(kind));
        if (at == 0 || (at != name.npos && name[at - 1] == '-')) prefixes.insert(name.substr(0, at));
      }
  }
  return prefixes;
}

IdxNames names_of(const fs::path& folder, const std::string& prefix) {
  IdxNames names{folder, prefix};
  const IdxNames as_emnist{folder, prefix, "test"};
  const bool t10k = !names.find("t10k", "images-idx3").empty() || !names.find("t10k", "labels-idx1").empty();
  const bool test = !as_emnist.find("test", "images-idx3").empty() || !as_emnist.find("test", "labels-idx1").empty();
  return test && !t10k ? as_emnist : names;
}

/// The folder, its `raw`, and the `raw` of its other folders: no other folder, which may be a class of many pictures.
std::vector<fs::path> places_of(const fs::path& path) {
  std::vector<fs::path> places{path, path / "raw"};
  std::error_code none;
  for (const fs::directory_entry& entry : fs::directory_iterator(path, none))
    if (fs::is_directory(entry.path() / "raw", none)) places.push_back(entry.path() / "raw");
  return places;
}

}  // namespace

fs::path IdxNames::find(const std::string& split, const std::string& kind) const {
  std::string dotted = kind;
  dotted[dotted.find('-')] = '.';
  for (const std::string& name : {kind, dotted})
    for (const char* ending : {"", ".gz"}) {
      const fs::path path = folder / fmt::format("{}{}-{}-ubyte{}", prefix, split, name, ending);
      std::error_code none;
      if (fs::exists(path, none)) return path;
    }
  return {};
}

std::optional<IdxNames> find_idx(const fs::path& path) {
  std::error_code none;
  if (!fs::is_directory(path, none)) {
    const std::string prefix = path.filename().string() + "-";
    const fs::path folder = path.parent_path().empty() ? fs::path(".") : path.parent_path();
    if (!prefixes_in(folder).contains(prefix)) return std::nullopt;
    return names_of(folder, prefix);
  }
  std::vector<IdxNames> found;
  for (const fs::path& place : places_of(path)) {
    for (const std::string& prefix : prefixes_in(place)) found.push_back(names_of(place, prefix));
    if (place == path && !found.empty()) break;
  }
  if (found.empty()) return std::nullopt;
  if (found.size() == 1) return found[0];
  std::vector<std::string> names;
  for (const IdxNames& one : found)
    names.push_back(
        (one.prefix.empty() ? one.folder : one.folder / one.prefix.substr(0, one.prefix.find_last_not_of('-') + 1))
            .string());
  std::ranges::sort(names);
  throw UsageError(
      fmt::format("--data {}: several sets of IDX files; name one: {}", path.string(), fmt::join(names, ", ")));
}

}  // namespace gs
