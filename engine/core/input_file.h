// input_file.h - random-access reads of a file, with errors that name it.
#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

#include "engine/core/descriptor.h"

namespace gs {

class InputFile {
 public:
  /// Opens a regular file. Throws gs::Error that names the path and the reason.
  explicit InputFile(const std::filesystem::path& path);

  const std::filesystem::path& path() const { return path_; }
  std::uint64_t size() const { return size_; }  ///< bytes, at the time of opening

  /// Fills `to` with the bytes from `offset` on. Throws gs::Error, also if the file ends before.
  void read(std::uint64_t offset, std::span<std::byte> to) const;

 private:
  std::filesystem::path path_;
  Descriptor file_;
  std::uint64_t size_ = 0;
};

/// Reads the whole file. Throws gs::Error that names the path and the reason.
std::vector<std::byte> read_file(const std::filesystem::path& path);

}  // namespace gs
