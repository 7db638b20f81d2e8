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

void check_size(const InputFile& file, std::uint64_t most) {
  if (file.size() > most)
    throw Error(fmt::format("{} has {} bytes; such a file has at most {}", file.path().string(), file.size(), most));
}

}  // namespace

// O_NONBLOCK: opening a FIFO would wait for its writer.
InputFile::InputFile(const std::filesystem::path& path)
    : path_(path), file_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {
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

std::string why_no_file(const std::filesystem::path& path) {
  std::error_code error;
  const std::filesystem::file_status status = std::filesystem::status(path, error);
  if (std::filesystem::is_regular_file(status)) return "";
  if (status.type() == std::filesystem::file_type::not_found) return "there is no such file";
  return std::filesystem::exists(status) ? "not a regular file" : error.message();
}

void check_is_file(const std::string& flag, const std::filesystem::path& path) {
  if (const std::string why = why_no_file(path); !why.empty())
    throw UsageError(fmt::format("{} {}: {}", flag, path.string(), why));
}

std::vector<std::byte> read_file(const std::filesystem::path& path, std::uint64_t most) {
  const InputFile file(path);
  check_size(file, most);
  std::vector<std::byte> bytes(file.size());
  file.read(0, bytes);
  return bytes;
}

std::string read_text(const std::filesystem::path& path, std::uint64_t most) {
  const InputFile file(path);
  check_size(file, most);
  std::string text(file.size(), ' ');
  file.read(0, std::as_writable_bytes(std::span(text)));
  return text;
}

}  // namespace gs
