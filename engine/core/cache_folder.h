// cache_folder.h - the user's cache folder: drawn images and the measurements of the autotuner.
#pragma once
#include <filesystem>
#include <optional>

namespace gs {

/// $XDG_CACHE_HOME/gridstride, or ~/.cache/gridstride; nothing when neither is known. It may not exist yet.
std::optional<std::filesystem::path> cache_folder();

}  // namespace gs
