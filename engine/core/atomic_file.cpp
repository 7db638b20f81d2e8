// atomic_file.cpp - write, fsync and rename, with an error message if one of them fails.
#include "engine/core/atomic_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fmt/format.h>

#include "engine/core/descriptor.h"
#include "engine/core/error.h"

namespace gs {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const fs::path& path, int error) {
  throw Error(fmt::format("cannot write {}: {}", path.string(), std::strerror(error)));
}

/// Temporary file that is removed on destruction unless kept.
class Temporary {
 public:
  explicit Temporary(fs::path path) : path_(std::move(path)) {}
  Temporary(const Temporary&) = delete;
  Temporary& operator=(const Temporary&) = delete;
  ~Temporary() {
    if (!kept_) ::unlink(path_.c_str());
  }
  const fs::path& path() const { return path_; }
  void keep() { kept_ = true; }

 private:
  fs::path path_;
  bool kept_ = false;
};

bool write_all(int file, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    bytes = bytes.subspan(std::size_t(written));
  }
  return true;
}

}  // namespace

void write_file(const fs::path& path, std::span<const std::span<const std::byte>> pieces) {
  static std::atomic<unsigned> written = 0;  // two threads may write the same file
  Temporary temporary(path.string() + fmt::format(".part{}-{}", ::getpid(), written++));
  Descriptor file(::open(temporary.path().c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
  if (!file.is_open()) {
    temporary.keep();  // not opened: a file of that name is not ours to remove
    fail(path, errno);
  }
  for (const std::span<const std::byte>& piece : pieces)
    if (!write_all(file.number(), piece)) fail(path, errno);
  if (::fsync(file.number()) != 0 || !file.close()) fail(path, errno);
  if (::rename(temporary.path().c_str(), path.c_str()) != 0) fail(path, errno);
  temporary.keep();
  // Makes the rename durable. Errors are ignored: some file systems cannot sync a folder.
  const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  Descriptor parent(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (parent.is_open()) ::fsync(parent.number());
}

void write_file(const fs::path& path, std::string_view text) {
  const std::span<const std::byte> piece = std::as_bytes(std::span(text.data(), text.size()));
  write_file(path, std::span(&piece, 1));
}

}  // namespace gs
