// cache.cpp - cached splits are packed files, checked by their checksum when they are read.
#include "engine/data/cache.h"

#include <cstdlib>
#include <system_error>

#include <fmt/format.h>

#include "kernels/common/check.h"

namespace gs {

namespace fs = std::filesystem;

std::optional<fs::path> cache_folder() {
  const auto variable = [](const char* name) -> std::string {
    const char* value = std::getenv(name);
    return value ? value : "";
  };
  if (const std::string cache = variable("XDG_CACHE_HOME"); !cache.empty()) return fs::path(cache) / "gridstride";
  if (const std::string home = variable("HOME"); !home.empty()) return fs::path(home) / ".cache" / "gridstride";
  return std::nullopt;
}

std::optional<DataSplits> read_cached(const std::string& name, const ReaderContext& context) {
  const auto folder = cache_folder();
  std::error_code ignored;
  if (!folder || !fs::is_regular_file(*folder / name, ignored)) return std::nullopt;
  try {
    return read_packed(*folder / name, context);
  } catch (const Error&) {
    return std::nullopt;  // drawn and written again
  }
}

void write_cached(const std::string& name, const DataSplits& data, const ReaderContext& context) {
  const auto folder = cache_folder();
  if (!folder)
    return context.warning("neither XDG_CACHE_HOME nor HOME is set: the images will be drawn again next time");
  try {
    fs::create_directories(*folder);
    write_packed(*folder / name, data);
  } catch (const std::exception& error) {
    context.warning(fmt::format("the images will be drawn again next time: {}", error.what()));
  }
}

}  // namespace gs
