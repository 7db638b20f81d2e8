// atomic_file.cpp - write, fsync and rename, with an error message if one of them fails.
#include "engine/core/atomic_file.h"

#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "engine/core/descriptor.h"
#include "engine/core/error.h"
#include "engine/core/host_name.h"
#include "engine/core/parse_number.h"

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

/// The beginning of the names of this host's partial files of `path`; a process number follows, and a count.
std::string partial_name(const fs::path& path) {
  return fmt::format("{}.part-{}-", path.filename().string(), host_name());
}

/// Partial files that processes of this host left when they were killed.
void remove_leftovers(const fs::path& path, const fs::path& folder) {
  std::error_code unreadable;
  const std::string ours = partial_name(path);
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, unreadable)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(ours)) continue;
    const auto process = parse_number<pid_t>(name.substr(ours.size(), name.find('-', ours.size()) - ours.size()));
    if (process && *process > 0 && ::kill(*process, 0) != 0 && errno == ESRCH) ::unlink(entry.path().c_str());
  }
}

bool write_all(int file, std::span<const std::span<const std::byte>> pieces) {
  std::vector<iovec> left;
  for (const std::span<const std::byte>& piece : pieces)
    if (!piece.empty()) left.push_back({const_cast<std::byte*>(piece.data()), piece.size()});
  for (std::size_t at = 0; at < left.size();) {
    const ssize_t count = ::writev(file, &left[at], int(std::min<std::size_t>(left.size() - at, IOV_MAX)));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return false;
    std::size_t written = std::size_t(count);
    for (; at < left.size() && written >= left[at].iov_len; ++at) written -= left[at].iov_len;
    if (written == 0) continue;
    left[at].iov_base = static_cast<std::byte*>(left[at].iov_base) + written;
    left[at].iov_len -= written;
  }
  return true;
}

/// Writes `temporary`; errors name `path`.
void write_on_disk(Temporary& temporary, const fs::path& path, std::span<const std::span<const std::byte>> pieces) {
  Descriptor file(::open(temporary.path().c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
  if (!file.is_open()) {
    temporary.keep();  // not opened: a file of that name is not ours to remove
    fail(path, errno);
  }
  if (!write_all(file.number(), pieces)) fail(path, errno);
  if (::fsync(file.number()) != 0 || !file.close()) fail(path, errno);
}

}  // namespace

void write_on_disk(const fs::path& path, std::span<const std::span<const std::byte>> pieces) {
  Temporary file(path);
  write_on_disk(file, path, pieces);
  file.keep();
}

void write_file(const fs::path& path, std::span<const std::span<const std::byte>> pieces) {
  static std::atomic<unsigned> written = 0;  // two threads may write the same file
  const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  remove_leftovers(path, folder);
  Temporary temporary(folder / fmt::format("{}{}-{}", partial_name(path), ::getpid(), written++));
  write_on_disk(temporary, path, pieces);
  if (::rename(temporary.path().c_str(), path.c_str()) != 0) fail(path, errno);
  temporary.keep();
  sync_folder(folder);
}

void sync_folder(const fs::path& folder) {
  Descriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (opened.is_open()) ::fsync(opened.number());
}

void write_file(const fs::path& path, std::string_view text) {
  const std::span<const std::byte> piece = std::as_bytes(std::span(text.data(), text.size()));
  write_file(path, std::span(&piece, 1));
}

}  // namespace gs
