// cache_folder.cpp - the cache folder by the XDG base directory specification.
#include "engine/core/cache_folder.h"

#include <cstdlib>
#include <string>

namespace gs {

std::optional<std::filesystem::path> cache_folder() {
  // The specification: a relative path is invalid, and ignored.
  const auto folder = [](const char* name) -> std::optional<std::filesystem::path> {
    const char* const value = std::getenv(name);
    if (!value || !std::filesystem::path(value).is_absolute()) return std::nullopt;
    return value;
  };
  if (const auto cache = folder("XDG_CACHE_HOME")) return *cache / "gridstride";
  if (const auto home = folder("HOME")) return *home / ".cache" / "gridstride";
  return std::nullopt;
}

}  // namespace gs
