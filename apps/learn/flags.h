// flags.h - the flags and words of a command, by a table: how they are read, and their help.
#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace gs::learn {

struct Flag {
  std::string_view name;                            ///< "--seconds"
  std::string_view value;                           ///< "N", which stands for it in the help; empty: the flag has none
  std::string_view help;                            ///< lines
  std::function<bool(std::string_view value)> set;  ///< false: the value is not `wanted`
  std::string wanted = "";                          ///< "a number from 0.1 to 1000000"
};

/// For Flag::set.
std::function<bool(std::string_view)> on(bool& flag);
std::function<bool(std::string_view)> into(std::string& text);  ///< not empty

struct CommandLine {
  std::string_view command;  ///< "learn bug"
  std::vector<Flag> flags;   ///< beside --help
  std::size_t most_words;
  std::string_view takes;            ///< these words: "a ladder and a rung"
  bool flags_only_in_front = false;  ///< all that follows the first word are words
};

struct GivenWords {
  bool help = false;
  std::vector<std::string> words;  ///< that are no flags
};

/// Sets the flags of `words`, given as "--seconds 3" or "--seconds=3". Throws WrongUsage with one line that names the
/// flag or the word and says what would be right.
GivenWords read_words(const CommandLine&, const std::vector<std::string_view>& words);

/// The flags, a line or more each, for --help.
std::string help_of(const std::vector<Flag>& flags);

}  // namespace gs::learn
