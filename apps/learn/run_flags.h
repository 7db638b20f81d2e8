// run_flags.h - the words after `gridstride run`.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace gs::learn {

struct RunFlags {
  bool help = false, count = false, ptx = false, sass = false;
  std::string seconds;               ///< of processor time, after which the program is ended; empty: the default
  std::vector<std::string> program;  ///< the file, and the words for the program
};

/// Throws WrongUsage with one line that names the flag and says what would be right.
RunFlags run_flags(const std::vector<std::string_view>& words);

/// The flags, a line or more each, for --help.
std::string run_flags_help();

}  // namespace gs::learn
