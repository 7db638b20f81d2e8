// input_file.h - random-access reads of a file, with errors that name it.
#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
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

/// Empty for a regular file, else what is wrong: "there is no such file". A read of a pipe could wait for ever.
std::string why_no_file(const std::filesystem::path& path);

/// Throws UsageError, "--lab plan.json: there is no such file", unless the path that `flag` names is a regular file.
void check_is_file(const std::string& flag, const std::filesystem::path& path);

/// Reads the whole file. Throws gs::Error that names the path and the reason, also if it has more than `most` bytes.
std::vector<std::byte> read_file(const std::filesystem::path& path, std::uint64_t most = UINT64_MAX);
/// The same, as text.
std::string read_text(const std::filesystem::path& path, std::uint64_t most = UINT64_MAX);

}  // namespace gs
