// write_file.cpp - the file beside ends with the number of this process, as remove_leftovers() expects.
#include "apps/learn/write_file.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <string>

#include "kernels/common/check.h"

namespace gs::learn {

void write_file(const std::filesystem::path& file, std::string_view text) {
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::path target = fs::is_symlink(file, error) ? fs::weakly_canonical(file, error) : file;
  const bool replaceable = !fs::exists(target, error) || fs::is_regular_file(target, error);
  const fs::path part = replaceable ? target.string() + "." + std::to_string(getpid()) : target.string();
  const auto fail = [&](const std::string& why) {
    if (replaceable) fs::remove(part, error);
    throw Error(file.string() + ": cannot be written: " + why);
  };
  std::ofstream stream(part, std::ios::binary);
  stream << text;
  stream.close();
  if (!stream) fail(std::strerror(errno));
  if (!replaceable) return;  // /dev/null
  fs::rename(part, target, error);
  if (error) fail(error.message());
}

}  // namespace gs::learn
