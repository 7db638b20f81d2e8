// process_lock.cpp - flock() on a file. It is removed before it is unlocked, so a process that has locked a removed
// file must look again. The lock belongs to the open file, which a child process inherits.
#include "engine/core/process_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include <fmt/format.h>

#include "engine/core/error.h"
#include "engine/core/host_name.h"
#include "engine/core/input_file.h"
#include "engine/core/parse_number.h"

namespace gs {
namespace {

constexpr std::uint64_t largest_note = 4096;
constexpr const char* variable = "GRIDSTRIDE_LOCK";  ///< the number of a descriptor that was handed over

/// Is this still the file of that name? A file that another machine has removed may keep its name here for a while,
/// but has no link any more.
bool is_there(int opened, const std::filesystem::path& file) {
  struct stat here {
  }, there{};
  return ::fstat(opened, &here) == 0 && here.st_nlink > 0 && ::stat(file.c_str(), &there) == 0 &&
         here.st_ino == there.st_ino && here.st_dev == there.st_dev;
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
    if (!is_there(opened.number(), file)) continue;
    const std::string note = fmt::format("process {} on host {} ('{}')", ::getpid(), host_name(), command());
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

bool ProcessLock::excludes(const std::filesystem::path& file) {
  const auto first = take(file);
  return !first || !take(file);
}

std::optional<ProcessLock> ProcessLock::handed_over(const std::filesystem::path& file) {
  const char* const text = std::getenv(variable);
  const auto number = text ? parse_number<int>(text) : std::nullopt;
  if (!number || *number <= STDERR_FILENO) return std::nullopt;
  if (!is_there(*number, file) || ::flock(*number, LOCK_EX | LOCK_NB) != 0) return std::nullopt;
  ::fcntl(*number, F_SETFD, FD_CLOEXEC);
  ::unsetenv(variable);  // the number may be another file's later
  return ProcessLock(file, Descriptor(*number), false);
}

std::string ProcessLock::environment_entry() const {
  return fmt::format("{}={}", variable, descriptor());
}

ProcessLock::~ProcessLock() {
  if (is_first_ && opened_.is_open() && is_there(opened_.number(), file_)) ::unlink(file_.c_str());
}

}  // namespace gs
