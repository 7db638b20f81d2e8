// cache.h - drawn images in the user's cache folder: what was drawn once need not be drawn again.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "engine/data/readers.h"

namespace gs {

/// The names of all files in the cache folder.
std::vector<std::string> cached_names();

/// The splits cached under `name`, if they are there and whole; a damaged file is removed.
std::optional<DataSplits> read_cached(const std::string& name);

/// Keeps the splits for later; a cache that cannot be written is a warning, never an error.
void write_cached(const std::string& name, const DataSplits&, const ReaderContext&);

}  // namespace gs
