// shared_data.h - real data that may lie beside this project and is no part of it. Tests that want it skip without it.
#pragma once
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>

namespace gs::test {

/// `name` in the folder that GRIDSTRIDE_SHARED names, or in shared/ beside the source folder; nothing if it is not
/// there.
inline std::optional<std::filesystem::path> shared_data(const std::string& name) {
  namespace fs = std::filesystem;
  const char* variable = std::getenv("GRIDSTRIDE_SHARED");
  const fs::path folder = variable ? fs::path(variable) : fs::path(GRIDSTRIDE_SOURCE_DIR).parent_path() / "shared";
  std::error_code none;
  if (fs::exists(folder / name, none)) return folder / name;
  return std::nullopt;
}

}  // namespace gs::test
