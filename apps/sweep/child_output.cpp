// child_output.cpp - a file in memory (memfd_create) that both processes have open.
#include "apps/sweep/child_output.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <sstream>
#include <utility>

#include <fmt/format.h>

#include "engine/core/error.h"

namespace gs::apps {
namespace {

constexpr off_t longest_end = 1 << 16;  ///< bytes in which the last line is looked for

std::string cannot_write(const std::string& file) {
  return fmt::format("cannot write {}: {}", file, std::strerror(errno));
}

}  // namespace

ChildOutput::ChildOutput(std::string file)
    : file_name_(std::move(file)),
      memory_(::memfd_create("output", MFD_CLOEXEC)),
      file_(::open(file_name_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644)) {
  if (!file_.is_open()) throw Error(cannot_write(file_name_));
  if (!memory_.is_open()) throw Error(fmt::format("cannot start another run: {}", std::strerror(errno)));
}

void ChildOutput::copy() {
  char part[4096];
  for (ssize_t count; (count = ::pread(memory_.number(), part, sizeof part, copied_)) > 0;) {
    const ssize_t written = ::write(file_.number(), part, std::size_t(count));
    if (written < 0) {
      failure_ = cannot_write(file_name_);
      return;
    }
    copied_ += written;
  }
  failure_.clear();
}

std::string ChildOutput::last_line() const {
  struct stat status {};
  if (::fstat(memory_.number(), &status) != 0) return "";
  std::string end(std::size_t(std::min(status.st_size, longest_end)), '\0');
  const ssize_t count = ::pread(memory_.number(), end.data(), end.size(), status.st_size - off_t(end.size()));
  end.resize(std::size_t(std::max<ssize_t>(0, count)));
  std::istringstream in(end);
  std::string line, last;
  while (std::getline(in, line))
    if (!line.empty()) last = line;
  constexpr std::string_view prefix = "gridstride: ";
  return last.starts_with(prefix) ? last.substr(prefix.size()) : last;
}

}  // namespace gs::apps
