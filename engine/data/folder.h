// folder.h - which files of an image folder belong to which class and split. No decoding.
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
  std::vector<std::string> classes;  ///< in the order of their names
  std::vector<ImageFile> train, validation;
};

/// Understands DIR/train/<class>/ with DIR/val, DIR/validation or DIR/test; DIR/<class>/ with --val-split; and the same
/// without class folders where --label-pattern finds the class in the file's name. Files are sorted by name. Throws
/// UsageError.
FolderListing list_folder(const std::filesystem::path&, const ReaderContext&);

}  // namespace gs
