// walk_folder.cpp - sorts the entries of a folder into folders, pictures, and what is passed over.
#include "engine/data/walk_folder.h"

#include <algorithm>
#include <array>
#include <span>

#include <fmt/format.h>

#include "engine/core/error.h"
#include "engine/core/lower_case.h"
#include "engine/data/opencv_module.h"

namespace gs {
namespace {

namespace fs = std::filesystem;

bool is_one_of(const std::string& word, std::span<const std::string_view> words) {
  return std::ranges::find(words, word) != words.end();
}

/// True of files and folders that macOS, Windows, a NAS and a file system leave behind.
bool is_of_system(const fs::path& path) {
  static constexpr std::array<std::string_view, 7> names{
      "__macosx", "@eadir", "lost+found", "thumbs.db", "desktop.ini", "$recycle.bin", "system volume information"};
  const std::string name = in_lower_case(path.filename().string());
  return name.starts_with('.') || is_one_of(name, names) || name.ends_with(":zone.identifier");
}

/// OpenCV decodes these in every build. A file with such an ending that is none is broken, not passed over.
bool has_picture_ending(const fs::path& path) {
  static constexpr std::array<std::string_view, 14> endings{".jpg", ".jpeg", ".jpe",  ".jfif", ".png", ".bmp", ".dib",
                                                            ".tif", ".tiff", ".webp", ".ppm",  ".pgm", ".pbm", ".pnm"};
  return is_one_of(in_lower_case(path.extension().string()), endings);
}

std::string_view why_no_picture(const fs::path& path) {
  static constexpr std::array<std::string_view, 13> texts{".txt", ".md",   ".csv", ".tsv", ".json", ".xml", ".yaml",
                                                          ".yml", ".html", ".htm", ".log", ".ini",  ".py"};
  static constexpr std::array<std::string_view, 11> pictures{".gif", ".heic", ".heif", ".avif", ".jxl", ".jp2",
                                                             ".svg", ".dcm",  ".psd",  ".dng",  ".exr"};
  static constexpr std::array<std::string_view, 3> names{"readme", "license", "copying"};
  const std::string ending = in_lower_case(path.extension().string());
  if (is_one_of(ending, texts) || is_one_of(in_lower_case(path.filename().string()), names)) return text_file;
  if (is_one_of(ending, pictures)) return "a kind of picture that OpenCV cannot read here";
  return "no picture";
}

std::vector<fs::directory_entry> sorted_entries(const fs::path& folder) {
  std::vector<fs::directory_entry> entries;
  try {
    for (const fs::directory_entry& entry : fs::directory_iterator(folder)) entries.push_back(entry);
  } catch (const fs::filesystem_error& error) {
    throw UsageError(fmt::format("--data {}: {}", folder.string(), error.code().message()));
  }
  std::ranges::sort(entries, {}, [](const fs::directory_entry& entry) -> const fs::path& { return entry.path(); });
  return entries;
}

}  // namespace

FolderWalk::Entries FolderWalk::entries_of(const fs::path& folder) {
  Entries found;
  for (const fs::directory_entry& entry : sorted_entries(folder)) {
    const fs::path& path = entry.path();
    std::error_code none;
    const fs::file_status status = entry.status(none);  // of what a link leads to
    const auto leave = [&](std::string_view why) { pass_over(ledger_, path, root_, why); };
    if (is_of_system(path))
      leave(made_by_system);
    else if (!fs::exists(status))
      leave(entry.is_symlink(none) ? "a link to nothing" : "cannot be read");
    else if (fs::is_directory(status))
      found.folders.push_back(path);
    else if (!fs::is_regular_file(status))
      leave("neither a file nor a folder");
    else if (has_picture_ending(path) || (built_with_opencv() && opencv_module().can_read(path.string())))
      found.pictures.push_back(path);
    else
      leave(why_no_picture(path));
  }
  return found;
}

std::vector<fs::path> FolderWalk::folders_in(const fs::path& folder, std::string_view why_not) {
  Entries entries = entries_of(folder);
  for (const fs::path& picture : entries.pictures) pass_over(ledger_, picture, root_, why_not);
  return std::move(entries.folders);
}

std::vector<fs::path> FolderWalk::pictures_below(const fs::path& folder) {
  std::vector<fs::path> pictures;
  read_.clear();
  add_pictures(folder, pictures);
  std::ranges::sort(pictures);
  return pictures;
}

void FolderWalk::add_pictures(const fs::path& folder, std::vector<fs::path>& pictures) {
  std::error_code none;
  if (!read_.insert(fs::canonical(folder, none)).second)
    return pass_over(ledger_, folder, root_, "a link to a folder that is read already");
  const Entries entries = entries_of(folder);
  ledger_.seen += entries.pictures.size();
  pictures.insert(pictures.end(), entries.pictures.begin(), entries.pictures.end());
  for (const fs::path& below : entries.folders) add_pictures(below, pictures);
}

std::vector<std::string> folder_names(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code none;
  for (const fs::directory_entry& entry : sorted_entries(folder))
    if (entry.is_directory(none) && !is_of_system(entry.path())) names.push_back(entry.path().filename().string());
  return names;
}

}  // namespace gs
