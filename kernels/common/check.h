// check.h - gs::Error, and require() to check preconditions.
#pragma once
#include <stdexcept>
#include <string>
#include <string_view>

namespace gs {

/// Base of all errors that the project throws. `what()` is one line that can be shown to a user.
struct Error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// std::source_location, which clang 14 lacks.
struct source_location {
  const char* file = "";
  unsigned line = 0;
  static constexpr source_location current(const char* file = __builtin_FILE(), unsigned line = __builtin_LINE()) {
    return {file, line};
  }
};

/// "conv2d.cu:41". No folder, so that messages do not depend on the build path.
inline std::string to_string(const source_location& where) {
  std::string_view file = where.file;
  return std::string(file.substr(file.rfind('/') + 1)) + ":" + std::to_string(where.line);
}

/// Throws gs::Error("<message> (file:line)") unless `condition` holds. For programming errors, not user errors.
inline void require(bool condition, std::string_view message, source_location where = source_location::current()) {
  if (!condition) throw Error(std::string(message) + " (" + to_string(where) + ")");
}

}  // namespace gs
