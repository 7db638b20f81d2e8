// find_source.cpp - looks at names first, and at the first bytes of a single file.
#include "engine/data/find_source.h"

#include <algorithm>
#include <span>
#include <string>

#include <fmt/format.h>

#include "engine/core/error.h"
#include "engine/core/input_file.h"
#include "engine/data/readers.h"

namespace gs {
namespace {

namespace fs = std::filesystem;

bool is_file_there(const fs::path& path) {
  std::error_code none;
  return fs::is_regular_file(path, none);
}

/// Files that Python's pickle module wrote, which can run any program as they are read.
void refuse_pickled_cifar(const fs::path& folder) {
  const bool cifar10 = is_file_there(folder / "data_batch_1"), cifar100 = is_file_there(folder / "train") &&
                                                                          is_file_there(folder / "test") &&
                                                                          is_file_there(folder / "meta");
  if (cifar10 || cifar100)
    throw UsageError(fmt::format(
        "--data {}: CIFAR's python version is not read; its binary version is: unpack cifar-{}-binary.tar.gz",
        folder.string(), cifar10 ? 10 : 100));
}

/// The source that is this very folder, unless it holds IDX files or pictures.
std::optional<DataSource> known_folder(const fs::path& folder) {
  refuse_pickled_cifar(folder);
  if (is_cifar_folder(folder)) return DataSource{DataSource::Kind::cifar, folder, {}};
  if (is_arrays_folder(folder)) return DataSource{DataSource::Kind::arrays, folder, {}};
  return std::nullopt;
}

DataSource source_in_folder(const fs::path& folder) {
  if (auto source = known_folder(folder)) return *source;
  for (const char* unpacked : {"cifar-10-batches-bin", "cifar-100-binary", "cifar-10-batches-py", "cifar-100-python"})
    if (std::error_code none; fs::is_directory(folder / unpacked, none))
      if (auto source = known_folder(folder / unpacked)) return *source;
  return {DataSource::Kind::pictures, folder, {}};
}

/// The first bytes of a file, fewer if it is shorter.
std::string first_bytes(const fs::path& path) {
  constexpr std::uint64_t most = 9;
  const InputFile file(path);
  std::string bytes(std::min(file.size(), most), '\0');
  file.read(0, std::as_writable_bytes(std::span(bytes)));
  return bytes;
}

DataSource source_in_file(const fs::path& path) {
  const std::string begin = first_bytes(path);
  if (begin.ends_with('{')) return {DataSource::Kind::packed, path, {}};  // safetensors: 8 bytes of length, then JSON
  if (begin.starts_with("PK\3\4")) return {DataSource::Kind::arrays, path, {}};
  if (begin.starts_with("\x93NUMPY"))
    throw UsageError(
        fmt::format("--data {}: one array; name its folder, which holds train_images.npy and the like", path.string()));
  if (begin.starts_with("\x1F\x8B"))
    throw UsageError(fmt::format("--data {}: a packed archive: unpack it and name the folder{}", path.string(),
                                 path.filename().string().find("python") == std::string::npos
                                     ? ""
                                     : "; of CIFAR, the binary version is read, not the python one"));
  return {DataSource::Kind::packed, path, {}};
}

}  // namespace

DataSource find_source(const fs::path& path) {
  std::error_code error;
  if (fs::is_regular_file(path, error)) return source_in_file(path);
  if (auto idx = find_idx(path)) return {DataSource::Kind::idx, path, std::move(idx)};
  if (fs::is_directory(path, error)) return source_in_folder(path);
  throw UsageError(
      fmt::format("--data {}: {}", path.string(),
                  fs::exists(path, error) ? "it is neither a regular file nor a folder" : "no such file or folder"));
}

}  // namespace gs
