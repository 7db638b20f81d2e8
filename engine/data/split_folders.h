// split_folders.h - the folders of a source that hold its splits, by the names that people give them.
#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "engine/data/readers.h"
#include "engine/data/walk_folder.h"

namespace gs {

struct SplitFolders {
  std::filesystem::path train;                      ///< the source itself if it has no folder of that name
  std::optional<std::filesystem::path> validation;  ///< none: a share of `train` validates
};

/// DIR/train or training with DIR/val, valid or validation and DIR/test or testing, in any case; else DIR alone. With
/// both val and test, DataRequest::split chooses, and one line says that the other is left alone. What lies beside them
/// goes to the ledger. Throws UsageError if a name is there twice, or a split that is needed is not.
SplitFolders find_split_folders(const std::filesystem::path& root, const ReaderContext&, FolderWalk&, Ledger&);

/// Throws UsageError if folders with these names, found in `folder`, are parts of one set and not classes: part_1,
/// part_2.
void refuse_parts(const std::filesystem::path& folder, const std::vector<std::string>& names);

}  // namespace gs
