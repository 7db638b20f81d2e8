// place.h - a place in the source of a kernel. Unlike gs::source_location it has a column, which tells two barriers of
// one line apart.
#pragma once
#include <version>

#ifdef GS_WITHOUT_COLUMNS  // without optimisation a column is read from memory, which the checker would take for a
                           // kernel's
#define GS_COLUMN 0
#elif defined(__cpp_lib_source_location)
#include <source_location>
#define GS_COLUMN std::source_location::current().column()
#else  // clang 14
#define GS_COLUMN __builtin_COLUMN()
#endif

#include "kernels/common/check.h"

namespace gs::simulator {

struct Place : source_location {
  unsigned column = 0;
  static constexpr Place current(const char* file = __builtin_FILE(), unsigned line = __builtin_LINE(),
                                 unsigned column = GS_COLUMN) {
    return {{file, line}, column};
  }
  bool same_as(const Place& other) const {
    return line == other.line && column == other.column && std::string_view(file) == other.file;
  }
};

}  // namespace gs::simulator
