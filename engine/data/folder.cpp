// folder.cpp - lists an image folder: classes, splits, and a one-line error for each fault.
#include "engine/data/folder.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/core/error.h"
#include "engine/data/split_by_name.h"

namespace gs {
namespace {

namespace fs = std::filesystem;

bool is_hidden(const fs::path& path) {
  return path.filename().string().rfind('.', 0) == 0;
}

bool is_image(const fs::path& path) {
  static constexpr std::array endings{".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff"};
  std::string ending = path.extension().string();
  std::transform(ending.begin(), ending.end(), ending.begin(), [](unsigned char c) { return char(std::tolower(c)); });
  return std::find(endings.begin(), endings.end(), ending) != endings.end();
}

std::vector<fs::path> sorted_entries(const fs::path& folder, bool folders) {
  std::vector<fs::path> result;
  try {
    for (const auto& entry : fs::directory_iterator(folder))
      if (!is_hidden(entry.path()) &&
          (folders ? entry.is_directory() : entry.is_regular_file() && is_image(entry.path())))
        result.push_back(entry.path());
  } catch (const fs::filesystem_error& error) {
    throw UsageError(fmt::format("--data {}: {}", folder.string(), error.code().message()));
  }
  std::sort(result.begin(), result.end());
  return result;
}

std::vector<std::string> class_folders(const fs::path& folder) {
  std::vector<std::string> names;
  for (const fs::path& path : sorted_entries(folder, true)) names.push_back(path.filename().string());
  return names;
}

/// DIR/<class>/files. Every class must have a folder with images, and every folder must be a class.
std::vector<ImageFile> files_by_folder(const fs::path& folder, const std::vector<std::string>& classes) {
  std::vector<ImageFile> files;
  const std::vector<std::string> names = class_folders(folder);
  for (const std::string& name : classes)
    if (std::find(names.begin(), names.end(), name) == names.end())
      throw UsageError(fmt::format("--data {}: no folder for the class '{}'", folder.string(), name));
  for (const std::string& name : names) {
    const auto known = std::find(classes.begin(), classes.end(), name);
    if (known == classes.end())
      throw UsageError(fmt::format("--data {}: class '{}' has no training folder; the classes are {}", folder.string(),
                                   name, fmt::join(classes, ", ")));
    const std::vector<fs::path> images = sorted_entries(folder / name, false);
    if (images.empty())
      throw UsageError(fmt::format("--data {}: the class folder '{}' holds no image (jpg, png, bmp or tiff)",
                                   folder.string(), name));
    for (const fs::path& path : images) files.push_back({path, std::int32_t(known - classes.begin())});
  }
  return files;
}

/// DIR/files: the class is the pattern that the file name contains.
std::vector<ImageFile> files_by_pattern(const fs::path& folder, const std::vector<std::string>& patterns) {
  std::vector<ImageFile> files;
  for (const fs::path& path : sorted_entries(folder, false)) {
    const std::string name = path.filename().string();
    std::vector<std::int32_t> found;
    for (std::size_t i = 0; i < patterns.size(); ++i)
      if (name.find(patterns[i]) != std::string::npos) found.push_back(std::int32_t(i));
    if (found.size() != 1)
      throw UsageError(fmt::format("--label-pattern {}: {} matches the file name {}; expected exactly one",
                                   fmt::join(patterns, ","), found.empty() ? "none" : "more than one", path.string()));
    files.push_back({path, found[0]});
  }
  return files;
}

/// Moves about this share of each class from training to validation: the names "<class>/<file>" decide, or the files'
/// names if the class is a pattern in them.
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

/// The validation folder beside train/, or nullopt.
std::optional<fs::path> validation_folder(const fs::path& root) {
  for (const char* name : {"val", "validation", "test"})
    if (fs::is_directory(root / name)) return root / name;
  return std::nullopt;
}

std::vector<std::string> find_classes(const fs::path& root, const fs::path& train, const DataRequest& r) {
  std::vector<std::string> classes = r.label_pattern.empty() ? class_folders(train) : r.label_pattern;
  std::sort(classes.begin(), classes.end());
  if (classes.empty())
    throw UsageError(
        fmt::format("--data {}: no class folders in it; expected {}/<class>/ with images, or --label-pattern",
                    root.string(), train.string()));
  if (classes.size() == 1)
    throw UsageError(
        fmt::format("--data {}: only one class ({}); a classifier needs two or more", root.string(), classes[0]));
  if (classes[0].empty() || std::adjacent_find(classes.begin(), classes.end()) != classes.end())
    throw UsageError(fmt::format("--label-pattern {}: the patterns must be different and not empty",
                                 fmt::join(r.label_pattern, ",")));
  return classes;
}

}  // namespace

FolderListing list_folder(const fs::path& root, const ReaderContext& context) {
  const DataRequest& r = context.request;
  const bool has_train = fs::is_directory(root / "train");
  const fs::path train = has_train ? root / "train" : root;
  FolderListing listing;
  listing.classes = find_classes(root, train, r);
  const auto files_in = [&](const fs::path& folder) {
    const std::vector<ImageFile> files =
        r.label_pattern.empty() ? files_by_folder(folder, listing.classes) : files_by_pattern(folder, listing.classes);
    if (files.empty())
      throw UsageError(fmt::format("--data {}: no image (jpg, png, bmp or tiff) in it", folder.string()));
    return files;
  };
  listing.train = files_in(train);

  const std::optional<fs::path> validation = has_train ? validation_folder(root) : std::nullopt;
  if (validation && !r.validation_split) {
    listing.validation = files_in(*validation);
    return listing;
  }
  if (validation) context.warning(fmt::format("--val-split: {} is not used", validation->string()));
  if (!r.validation_split)
    context.warning(
        fmt::format("no val, validation or test folder in {}: about {:.0f} % of each class validate (--val-split)",
                    root.string(), 100 * default_validation_split));
  split_off(listing, r.validation_split.value_or(default_validation_split), train);
  return listing;
}

}  // namespace gs
