// input_file.cpp - open, fstat and pread.
#include "engine/core/input_file.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>

#include <fmt/format.h>

#include "engine/core/error.h"

namespace gs {
namespace {

[[noreturn]] void fail(const std::filesystem::path& path, const char* reason) {
  throw Error(fmt::format("cannot read {}: {}", path.string(), reason));
}

}  // namespace

InputFile::InputFile(const std::filesystem::path& path)
    : path_(path), file_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
  if (!file_.is_open()) fail(path_, std::strerror(errno));
  struct stat status {};
  if (::fstat(file_.number(), &status) != 0) fail(path_, std::strerror(errno));
  if (S_ISDIR(status.st_mode)) fail(path_, std::strerror(EISDIR));
  if (!S_ISREG(status.st_mode)) fail(path_, "not a regular file");
  size_ = std::uint64_t(status.st_size);
}

void InputFile::read(std::uint64_t offset, std::span<std::byte> to) const {
  while (!to.empty()) {
    const ssize_t count = ::pread(file_.number(), to.data(), to.size(), off_t(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail(path_, std::strerror(errno));
    if (count == 0) fail(path_, "unexpected end of file");
    to = to.subspan(std::size_t(count));
    offset += std::uint64_t(count);
  }
}

std::vector<std::byte> read_file(const std::filesystem::path& path) {
  const InputFile file(path);
  std::vector<std::byte> bytes(file.size());
  file.read(0, bytes);
  return bytes;
}

}  // namespace gs
