// cache.h - synthetic images in the user's cache folder, so that they are drawn only once.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "engine/data/readers.h"

namespace gs {

/// The names of all files in the cache folder.
std::vector<std::string> cached_names();

/// The splits cached under `name`; nullopt if missing, damaged or too large for memory. A damaged file is
/// removed.
std::optional<DataSplits> read_cached(const std::string& name);

/// Caches the splits. A failed write is a warning, never an error.
void write_cached(const std::string& name, const DataSplits&, const ReaderContext&);

}  // namespace gs
