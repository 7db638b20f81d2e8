// process_lock.cpp - flock() on a file. It is removed before it is unlocked, so a process that has locked a removed
// file must look again.
#include "engine/core/process_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fmt/format.h>

#include "engine/core/error.h"
#include "engine/core/input_file.h"

namespace gs {
namespace {

constexpr std::uint64_t largest_note = 4096;

/// Is this still the file of that name?
bool is_there(const Descriptor& opened, const std::filesystem::path& file) {
  struct stat here {
  }, there{};
  return ::fstat(opened.number(), &here) == 0 && ::stat(file.c_str(), &there) == 0 && here.st_ino == there.st_ino &&
         here.st_dev == there.st_dev;
}

/// The words of this process, as they were typed.
std::string command() {
  std::string words;
  const Descriptor file(::open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC));
  char part[256];
  for (ssize_t count; words.size() < 1024 && (count = ::read(file.number(), part, sizeof part)) > 0;)
    words.append(part, std::size_t(count));
  while (!words.empty() && words.back() == '\0') words.pop_back();
  std::replace_if(
      words.begin(), words.end(), [](unsigned char c) { return c < ' ' || c == 127; }, ' ');
  return words;
}

}  // namespace

std::optional<ProcessLock> ProcessLock::take(const std::filesystem::path& file) {
  for (;;) {
    Descriptor opened(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644));
    if (!opened.is_open()) throw Error(fmt::format("cannot write {}: {}", file.string(), std::strerror(errno)));
    while (::flock(opened.number(), LOCK_EX | LOCK_NB) != 0) {
      if (errno == EWOULDBLOCK) return std::nullopt;
      if (errno != EINTR) break;  // no locks here
    }
    if (!is_there(opened, file)) continue;
    char host[256] = "";
    ::gethostname(host, sizeof host - 1);
    const std::string note = fmt::format("process {} on host {} ('{}')", ::getpid(), host, command());
    // Only for the message of whoever comes next: a full disk is no reason to stop.
    if (::ftruncate(opened.number(), 0) != 0 || ::pwrite(opened.number(), note.data(), note.size(), 0) < 0) {
    }
    return ProcessLock(file, std::move(opened));
  }
}

std::string ProcessLock::holder(const std::filesystem::path& file) try {
  std::string note = read_text(file, largest_note);
  return note.starts_with("process ") ? note : "another process";
} catch (const Error&) {
  return "another process";
}

ProcessLock::~ProcessLock() {
  if (opened_.is_open() && is_there(opened_, file_)) ::unlink(file_.c_str());
}

}  // namespace gs
