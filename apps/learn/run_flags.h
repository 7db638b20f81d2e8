// run_flags.h - the words after `gridstride run`.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gs::learn {

struct RunFlags {
  bool help = false, count = false, json = false, watch = false, ptx = false, sass = false;
  std::string trace;                 ///< numbers of blocks, "0,1"; empty: no trace
  std::string from;                  ///< the number of the trace's first step; empty: 1
  bool text = false;                 ///< the trace as text
  std::optional<std::string> gdb;    ///< stop where this holds; empty: in the first thread
  std::string seconds;               ///< of processor time, after which the program is ended; empty: the default
  std::string gpu;                   ///< of the bounds; empty: the usual one; "help": its name was asked for
  std::vector<std::string> program;  ///< the file, and the words for the program
};

/// Throws WrongUsage with one line that names the flag and says what would be right.
RunFlags run_flags(const std::vector<std::string_view>& words);

/// The flags, a line or more each, for --help.
std::string run_flags_help();

}  // namespace gs::learn
