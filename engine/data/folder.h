// folder.h - lists the files of an image folder by class and split, without decoding them.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "engine/data/readers.h"

namespace gs {

struct ImageFile {
  std::filesystem::path path;
  std::int32_t label = 0;
};

struct FolderListing {
  std::vector<std::string> classes;  ///< sorted by name
  std::vector<ImageFile> train, validation;
  Ledger ledger;  ///< the files above count as seen
};

/// Accepts DIR/train/<class>/ with DIR/val or DIR/test, by any name of find_split_folders(); DIR/<class>/ with
/// --val-split; and both without class folders if --label-pattern finds the class in the file name. Folders in a class
/// folder belong to the class. Files are sorted by path. What is passed over is one warning. Throws UsageError.
FolderListing list_folder(const std::filesystem::path&, const ReaderContext&);

/// Decodes the files, at most --limit of each split, in the request's size and channels. Throws UsageError, also for a
/// broken picture unless --skip-broken is given.
DataSplits decode_listing(FolderListing, const ReaderContext&);

/// Throws UsageError if this build decodes no pictures. `folder`: the source, for the message.
void require_opencv(const std::filesystem::path& folder);

}  // namespace gs
