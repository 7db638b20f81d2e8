// run_flags.cpp - the table of the flags.
#include "apps/learn/run_flags.h"

#include <algorithm>

#include "apps/learn/wrong_usage.h"
#include "engine/core/parse_number.h"

namespace gs::learn {
namespace {

struct Flag {
  std::string_view name, value;  ///< `value`: what stands for it in the help; empty: the flag has none
  std::string_view help;         ///< lines
  void (*set)(RunFlags&, std::string_view value);
};

void set_seconds(RunFlags& flags, std::string_view value) {
  const auto seconds = parse_number<double>(value);
  if (!seconds || !(*seconds >= 0.1 && *seconds <= 1e6))
    throw WrongUsage("--seconds " + std::string(value) + " is not a number from 0.1 to 1000000");
  flags.seconds = value;
}

constexpr Flag flags[] = {
    {"--count", "",
     "if nothing is wrong, show what the kernels cost by source line: requests of\n"
     "warps, sectors of global memory, bank conflicts, divergence",
     [](RunFlags& flags, std::string_view) { flags.count = true; }},
    {"--ptx", "", "do not run it, print its PTX between its source lines; needs NVIDIA's compiler, no GPU",
     [](RunFlags& flags, std::string_view) { flags.ptx = true; }},
    {"--sass", "",
     "a page with the machine code beside the source, and the counts; needs NVIDIA's\n"
     "compiler and disassembler, no GPU",
     [](RunFlags& flags, std::string_view) { flags.sass = true; }},
    {"--seconds", "N", "end a program that runs without end after N seconds of processor time (default 10)",
     set_seconds},
    {"--help", "", "this text", [](RunFlags& flags, std::string_view) { flags.help = true; }},
};

/// The flag that `word` names, alone or before a '='.
const Flag& flag_of(std::string_view word) {
  const std::string_view name = word == "-h" ? "--help" : word.substr(0, word.find('='));
  const auto found = std::find_if(std::begin(flags), std::end(flags), [&](const Flag& f) { return f.name == name; });
  if (found == std::end(flags)) throw WrongUsage("run has no flag " + std::string(name));
  return *found;
}

}  // namespace

RunFlags run_flags(const std::vector<std::string_view>& words) {
  RunFlags result;
  std::size_t i = 0;
  for (; i < words.size() && words[i].starts_with('-'); ++i) {
    const Flag& flag = flag_of(words[i]);
    const std::string name(flag.name);
    const auto equals = words[i].find('=');
    std::string_view value;
    if (equals != words[i].npos) {
      if (flag.value.empty()) throw WrongUsage(name + " has no value");
      value = words[i].substr(equals + 1);
    } else if (!flag.value.empty()) {
      if (i + 1 == words.size()) throw WrongUsage(name + " needs a value");
      value = words[++i];
    }
    flag.set(result, value);
  }
  if (i == words.size() && !result.help) throw WrongUsage("run needs a file: gridstride run FILE.cu");
  result.program.assign(words.begin() + std::ptrdiff_t(i), words.end());
  return result;
}

std::string run_flags_help() {
  constexpr std::size_t column = 16;
  std::string text;
  for (const Flag& flag : flags) {
    std::string line = "  " + std::string(flag.name) + (flag.value.empty() ? "" : " " + std::string(flag.value));
    for (std::string_view left = flag.help; !left.empty();) {
      const auto end = std::min(left.find('\n'), left.size());
      line.resize(std::max(line.size(), column), ' ');
      text += line + std::string(left.substr(0, end)) + "\n";
      line.clear();
      left.remove_prefix(std::min(end + 1, left.size()));
    }
  }
  return text;
}

}  // namespace gs::learn
