// cache_folder.h - the user's cache folder, for synthetic images and the autotuner's measurements.
#pragma once
#include <filesystem>
#include <optional>

namespace gs {

/// $XDG_CACHE_HOME/gridstride or ~/.cache/gridstride; a relative path does not count. nullopt if neither variable
/// is set. It may not exist yet.
std::optional<std::filesystem::path> cache_folder();

}  // namespace gs
