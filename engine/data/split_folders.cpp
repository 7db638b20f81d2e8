// split_folders.cpp - matches names of folders without regard to case, and refuses what is unclear.
#include "engine/data/split_folders.h"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/core/error.h"
#include "engine/core/lower_case.h"
#include "engine/data/split_word.h"

namespace gs {
namespace {

namespace fs = std::filesystem;

/// The one of `folders` that is named as the split.
std::optional<fs::path> named(const std::vector<std::string>& folders, NamedSplit split, const fs::path& root) {
  std::vector<std::string> found;
  for (const std::string& folder : folders)
    if (split_by_word(folder) == split) found.push_back(folder);
  if (found.size() > 1)
    throw UsageError(
        fmt::format("--data {}: {} are both there; expected one of them", root.string(), fmt::join(found, " and ")));
  return found.empty() ? std::nullopt : std::optional(root / found[0]);
}

/// A folder of the user's with a CSV table in it, or FILE.csv.
std::string table_in(const fs::path& folder) {
  std::error_code none;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, none))
    if (in_lower_case(entry.path().extension().string()) == ".csv") return entry.path().string();
  return "FILE.csv";
}

}  // namespace

SplitFolders find_split_folders(const fs::path& root, const ReaderContext& context, FolderWalk& walk, Ledger& ledger) {
  const DataRequest& request = context.request;
  constexpr std::string_view beside = "beside the folders of the splits";
  const std::vector<std::string> folders = folder_names(root);
  const auto train = named(folders, NamedSplit::train, root), test = named(folders, NamedSplit::test, root),
             validation = named(folders, NamedSplit::validation, root);
  if (request.split == "test" && !(train && test))
    throw UsageError(
        fmt::format("--split test: no {} folder in {}", train ? "test" : "train and no test", root.string()));
  if (!train) {
    // A folder `valid` of pictures alone may be a class, beside `invalid`.
    const bool two = validation && test;
    for (const auto& split : {validation, test})
      if (split && (two || !request.label_pattern.empty() || !folder_names(*split).empty()))
        throw UsageError(fmt::format("--data {}: {} is there without train/; expected {}/train/<class>/ with images",
                                     root.string(), split->filename().string(), root.string()));
    return {root, std::nullopt};
  }
  for (const fs::path& folder : walk.folders_in(root, beside))
    if (folder != train && folder != validation && folder != test) pass_over(ledger, folder, root, beside);
  const bool tests = test && (request.split == "test" || !validation);
  const std::optional<fs::path> chosen = tests ? test : validation, other = tests ? validation : test;
  for (const auto& left : {other, request.validation_split ? chosen : std::nullopt})
    if (left) pass_over(ledger, *left, root, other_split);
  if (chosen && request.validation_split)
    context.warning(fmt::format("--val-split: {}{} not used", chosen->string(),
                                other ? fmt::format(" and {} are", other->string()) : " is"));
  else if (other)
    context.warning(fmt::format("{} validates; {} is left alone{}", chosen->string(), other->string(),
                                tests ? "" : " (--split test validates on it instead)"));
  return {*train, request.validation_split ? std::nullopt : chosen};
}

void refuse_parts(const fs::path& folder, const std::vector<std::string>& names) {
  const auto stem = [](const std::string& name) {
    return in_lower_case(name.substr(0, name.find_last_not_of("0123456789") + 1));
  };
  const auto is_part = [&](const std::string& name) {
    std::string word = stem(name);
    if (word.size() == name.size() || names.empty() || word != stem(names[0])) return false;
    while (!word.empty() && std::string_view("_- ").find(word.back()) != std::string_view::npos) word.pop_back();
    return std::ranges::any_of(std::initializer_list<std::string_view>{"part", "batch", "chunk", "shard", "fold"},
                               [&](std::string_view end) { return word.ends_with(end); });
  };
  if (names.empty() || !std::ranges::all_of(names, is_part)) return;
  throw UsageError(
      fmt::format("--data {}: {} are parts of one set, not classes: a table has to say the classes (--labels {}), or "
                  "the names of the files (--label-pattern)",
                  folder.string(), fmt::join(names, ", "), table_in(folder)));
}

}  // namespace gs
