// cache_folder.cpp - the cache folder by the XDG base directory specification.
#include "engine/core/cache_folder.h"

#include <cstdlib>
#include <string>

namespace gs {

std::optional<std::filesystem::path> cache_folder() {
  const auto variable = [](const char* name) -> std::string {
    const char* value = std::getenv(name);
    return value ? value : "";
  };
  if (const std::string cache = variable("XDG_CACHE_HOME"); !cache.empty())
    return std::filesystem::path(cache) / "gridstride";
  if (const std::string home = variable("HOME"); !home.empty())
    return std::filesystem::path(home) / ".cache" / "gridstride";
  return std::nullopt;
}

}  // namespace gs
