// version.cpp - versions from the build and from the libraries' headers.
#include "engine/core/version.h"

#include <fmt/format.h>
#include <zlib.h>

#include <nlohmann/json.hpp>

namespace gs {
namespace {

std::string compiler_name() {
#if defined(__clang__)
  return fmt::format("clang {}.{}.{}", __clang_major__, __clang_minor__, __clang_patchlevel__);
#else
  return fmt::format("g++ {}.{}.{}", __GNUC__, __GNUC_MINOR__, __GNUC_PATCHLEVEL__);
#endif
}

std::vector<std::pair<std::string, std::string>> libraries() {
  std::vector<std::pair<std::string, std::string>> list{
      {"fmt", fmt::format("{}.{}.{}", FMT_VERSION / 10000, FMT_VERSION / 100 % 100, FMT_VERSION % 100)},
      {"CLI11", GRIDSTRIDE_CLI11_VERSION},
      {"json",
       fmt::format("{}.{}.{}", NLOHMANN_JSON_VERSION_MAJOR, NLOHMANN_JSON_VERSION_MINOR, NLOHMANN_JSON_VERSION_PATCH)},
      {"zlib", zlibVersion()}};
  // The build defines the other versions: only engine/library/ and engine/data/opencv_*.cpp include those headers.
  if (*GRIDSTRIDE_OPENCV_VERSION) list.emplace_back("OpenCV", GRIDSTRIDE_OPENCV_VERSION);
  if (*GRIDSTRIDE_ONEDNN_VERSION) list.emplace_back("oneDNN", GRIDSTRIDE_ONEDNN_VERSION);
  if (*GRIDSTRIDE_CUDA_VERSION) list.emplace_back("CUDA", GRIDSTRIDE_CUDA_VERSION);
  return list;
}

}  // namespace

const VersionInfo& version_info() {
  static const VersionInfo info{GRIDSTRIDE_VERSION, GRIDSTRIDE_COMMIT, compiler_name(), libraries()};
  return info;
}

}  // namespace gs
