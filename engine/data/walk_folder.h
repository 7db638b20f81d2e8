// walk_folder.h - the pictures and folders in a folder, and a record of all else that is there.
#pragma once
#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/data/ledger.h"

namespace gs {

/// Lists folders of one source. A file that is no picture, a link to nothing and what a system leaves behind
/// (.DS_Store, __MACOSX, @eaDir, Thumbs.db ...) are passed over in the ledger. A picture has a picture's ending, or
/// OpenCV knows its first bytes. All functions throw UsageError if a folder cannot be read.
class FolderWalk {
 public:
  /// Names in the ledger are relative to `root`.
  FolderWalk(std::filesystem::path root, Ledger& ledger) : root_(std::move(root)), ledger_(ledger) {}

  /// The folders directly in `folder`, by name. `why_not` is the reason that a picture beside them is passed over.
  std::vector<std::filesystem::path> folders_in(const std::filesystem::path& folder, std::string_view why_not);

  /// The pictures in `folder` and in all folders below it, by path. Each folder is read once, so links
  /// that lead in a circle end.
  std::vector<std::filesystem::path> pictures_below(const std::filesystem::path& folder);

 private:
  struct Entries {
    std::vector<std::filesystem::path> folders, pictures;  ///< by name
  };
  Entries entries_of(const std::filesystem::path& folder);
  void add_pictures(const std::filesystem::path& folder, std::vector<std::filesystem::path>& pictures);

  std::filesystem::path root_;
  Ledger& ledger_;
  std::set<std::filesystem::path> read_;  ///< folders that pictures_below() has read, without links in their paths
};

/// The names of the folders in `folder`, sorted, but hidden ones and those that a system leaves behind. Records
/// nothing.
std::vector<std::string> folder_names(const std::filesystem::path& folder);

}  // namespace gs
