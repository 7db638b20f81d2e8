// folder.cpp - lists an image folder: classes, splits, and a one-line error for each fault.
#include "engine/data/folder.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/core/error.h"
#include "engine/data/label_pattern.h"
#include "engine/data/split_by_name.h"
#include "engine/data/split_folders.h"
#include "engine/data/walk_folder.h"

namespace gs {
namespace {

namespace fs = std::filesystem;

/// Folders by name, with the pictures below each.
using ClassFolders = std::map<std::string, std::vector<fs::path>>;

ClassFolders class_folders(const fs::path& folder, FolderWalk& walk) {
  ClassFolders found;
  for (const fs::path& path : walk.folders_in(folder, "in no class folder"))
    found[path.filename().string()] = walk.pictures_below(path);
  return found;
}

/// The first file below a folder that was passed over: that is why a class has no picture.
std::string first_passed_over(const Ledger& ledger, const std::string& name) {
  for (const PassedOver& one : ledger.passed_over)
    if (one.file.find(name + "/") != std::string::npos) return fmt::format(" ({}: {})", one.file, one.why);
  return "";
}

/// DIR/<class>/files. Every class must have a folder with images, and every folder must be a class.
std::vector<ImageFile> files_by_folder(const fs::path& folder, const ClassFolders& folders,
                                       const std::vector<std::string>& classes, const Ledger& ledger) {
  std::vector<ImageFile> files;
  for (const std::string& name : classes)
    if (!folders.contains(name))
      throw UsageError(fmt::format("--data {}: no folder for the class '{}'", folder.string(), name));
  for (const auto& [name, images] : folders) {
    const auto known = std::ranges::find(classes, name);
    if (known == classes.end())
      throw UsageError(fmt::format("--data {}: class '{}' has no training folder; the classes are {}", folder.string(),
                                   name, fmt::join(classes, ", ")));
    if (images.empty())
      throw UsageError(fmt::format("--data {}: the class folder '{}' holds no image that can be read{}",
                                   folder.string(), name, first_passed_over(ledger, name)));
    for (const fs::path& path : images) files.push_back({path, std::int32_t(known - classes.begin())});
  }
  return files;
}

/// The class is the pattern that a file's name contains.
std::vector<ImageFile> files_by_pattern(const fs::path& folder, FolderWalk& walk,
                                        const std::vector<std::string>& patterns) {
  std::vector<ImageFile> files;
  for (const fs::path& path : walk.pictures_below(folder))
    files.push_back({path, label_by_pattern(path.filename().string(), patterns, path.string())});
  if (files.empty()) throw UsageError(fmt::format("--data {}: no image in it", folder.string()));
  return files;
}

/// Moves about this share of each class from training to validation: the paths below `folder` decide.
void split_off(FolderListing& listing, double share, const fs::path& folder) {
  std::vector<std::string> names;
  std::vector<std::int32_t> labels;
  for (const ImageFile& file : listing.train) {
    names.push_back(file.path.lexically_relative(folder).generic_string());
    labels.push_back(file.label);
  }
  const std::vector<bool> validates = validating_by_name(names, labels, share);
  std::vector<ImageFile> kept;
  for (std::size_t i = 0; i < names.size(); ++i)
    (validates[i] ? listing.validation : kept).push_back(std::move(listing.train[i]));
  listing.train = std::move(kept);
}

/// " (is --data DIR/photos meant?)" if the only folder holds folders itself.
std::string deeper(const fs::path& folder, const std::string& only) {
  return folder_names(folder / only).empty() ? "" : fmt::format(" (is --data {} meant?)", (folder / only).string());
}

std::vector<std::string> classes_of_folders(const fs::path& root, const fs::path& train) {
  const std::vector<std::string> classes = folder_names(train);
  refuse_parts(train, classes);
  if (classes.empty())
    throw UsageError(
        fmt::format("--data {}: no class folders in it; expected {}/<class>/ with images, --label-pattern or a table "
                    "(--labels FILE.csv)",
                    root.string(), train.string()));
  if (classes.size() == 1)
    throw UsageError(fmt::format("--data {}: only one class ({}); a classifier needs two or more{}", root.string(),
                                 classes[0], deeper(train, classes[0])));
  return classes;
}

std::vector<std::string> classes_of_patterns(std::vector<std::string> patterns) {
  std::ranges::sort(patterns);
  if (patterns[0].empty() || std::ranges::adjacent_find(patterns) != patterns.end())
    throw UsageError(
        fmt::format("--label-pattern {}: the patterns must be different and not empty", fmt::join(patterns, ",")));
  if (patterns.size() == 1)
    throw UsageError(fmt::format("--label-pattern {}: only one class; a classifier needs two or more", patterns[0]));
  return patterns;
}

}  // namespace

FolderListing list_folder(const fs::path& root, const ReaderContext& context) {
  const DataRequest& r = context.request;
  const bool by_pattern = !r.label_pattern.empty();
  FolderListing listing;
  FolderWalk walk(root, listing.ledger);
  const SplitFolders splits = find_split_folders(root, context, walk, listing.ledger);
  listing.classes = by_pattern ? classes_of_patterns(r.label_pattern) : classes_of_folders(root, splits.train);
  const auto files_in = [&](const fs::path& folder) {
    return by_pattern ? files_by_pattern(folder, walk, listing.classes)
                      : files_by_folder(folder, class_folders(folder, walk), listing.classes, listing.ledger);
  };
  listing.train = files_in(splits.train);
  if (splits.validation) {
    listing.validation = files_in(*splits.validation);
  } else {
    if (!r.validation_split)
      context.warning(
          fmt::format("no val, validation or test folder in {}: about {:.0f} % of each class validate (--val-split)",
                      root.string(), 100 * default_validation_split));
    split_off(listing, r.validation_split.value_or(default_validation_split), splits.train);
  }
  if (const std::string summary = summary_of(listing.ledger, root.string());
      !summary.empty() && !context.request.takes_ledger)
    context.warning(summary);
  return listing;
}

}  // namespace gs
