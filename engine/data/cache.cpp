// cache.cpp - cached splits are packed files whose checksum is verified on read.
#include "engine/data/cache.h"

#include <system_error>

#include <fmt/format.h>

#include "engine/core/cache_folder.h"
#include "engine/core/machine_limits.h"
#include "engine/core/message_of.h"
#include "kernels/common/check.h"

namespace gs {

namespace fs = std::filesystem;

std::vector<std::string> cached_names() {
  std::vector<std::string> names;
  std::error_code none;  // a missing or unreadable folder counts as empty
  if (const auto folder = cache_folder())
    for (fs::directory_iterator at(*folder, none), end; !none && at != end; at.increment(none))
      names.push_back(at->path().filename().string());
  return names;
}

std::optional<DataSplits> read_cached(const std::string& name) {
  const auto folder = cache_folder();
  if (!folder) return std::nullopt;
  std::error_code none;
  const auto bytes = fs::file_size(*folder / name, none);
  if (none || !memory_shortage(double(bytes)).empty()) return std::nullopt;  // it may serve another time
  try {
    return read_packed(*folder / name);
  } catch (const Error&) {
    std::error_code ignored;
    fs::remove(*folder / name, ignored);
    return std::nullopt;
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
    context.warning(fmt::format("the images will be drawn again next time: {}", message_of(error)));
  }
}

}  // namespace gs
