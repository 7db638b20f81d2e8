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
  std::error_code error;
  const bool replaceable = !std::filesystem::exists(file, error) || std::filesystem::is_regular_file(file, error);
  const std::filesystem::path part = replaceable ? file.string() + "." + std::to_string(getpid()) : file.string();
  std::ofstream stream(part, std::ios::binary);
  stream << text;
  stream.close();
  if (!stream) throw Error(file.string() + ": cannot be written: " + std::strerror(errno));
  if (!replaceable) return;  // /dev/null
  std::filesystem::rename(part, file, error);
  if (error) throw Error(file.string() + ": cannot be written: " + error.message());
}

}  // namespace gs::learn
