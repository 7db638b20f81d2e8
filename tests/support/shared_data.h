// shared_data.h - real data outside the repository. Tests that need it are skipped without it.
#pragma once
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>

namespace gs::test {

/// Path of `name` in $GRIDSTRIDE_SHARED, or in shared/ beside the source folder if that is unset; nullopt if missing.
inline std::optional<std::filesystem::path> shared_data(const std::string& name) {
  namespace fs = std::filesystem;
  const char* variable = std::getenv("GRIDSTRIDE_SHARED");
  const fs::path folder = variable ? fs::path(variable) : fs::path(GRIDSTRIDE_SOURCE_DIR).parent_path() / "shared";
  std::error_code none;
  if (fs::exists(folder / name, none)) return folder / name;
  return std::nullopt;
}

}  // namespace gs::test
