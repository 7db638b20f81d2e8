// run_flags.cpp - the table of the flags.
#include "apps/learn/run_flags.h"

#include <algorithm>

#include "apps/learn/gpu_flag.h"
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

void set_gpu(RunFlags& flags, std::string_view value) {
  flags.gpu = known_gpu(value);
  flags.count = true;
}

/// A whole number of at most nine digits.
bool is_number(std::string_view text) {
  return !text.empty() && text.size() <= 9 && text.find_first_not_of("0123456789") == text.npos;
}

void set_trace(RunFlags& flags, std::string_view value) {
  for (std::size_t begin = 0; begin <= value.size();) {
    const std::size_t comma = std::min(value.find(',', begin), value.size());
    if (!is_number(value.substr(begin, comma - begin)))
      throw WrongUsage("--trace " + std::string(value) + " is not a list of blocks: --trace 1 or --trace 0,1");
    begin = comma + 1;
  }
  flags.trace = value;
}

void set_from(RunFlags& flags, std::string_view value) {
  if (!is_number(value) || value.find_first_not_of('0') == value.npos)
    throw WrongUsage("--from " + std::string(value) + " is not the number of a step: 1 is the first");
  flags.from = value;
}

void set_gdb(RunFlags& flags, std::string_view value) {
  if (value.ends_with(".cu"))
    throw WrongUsage("--gdb needs a condition before the file: --gdb 'threadIdx.x == 3', or '' for the first thread");
  flags.gdb = value;
}

constexpr Flag flags[] = {
    {"--count", "",
     "if nothing is wrong, show what the kernels cost by source line: requests of\n"
     "warps, sectors of global memory, bank conflicts, divergence",
     [](RunFlags& flags, std::string_view) { flags.count = true; }},
    {"--gpu", "NAME",
     "the same, with bounds and occupancy for this GPU (default RTX 4060;\n"
     "--gpu help lists them)",
     set_gpu},
    {"--trace", "BLOCK",
     "write trace.html, the steps of this block (or of several: 0,1) to look at one by\n"
     "one; of a program with a mistake, too",
     set_trace},
    {"--from", "N", "the trace begins at step N (a trace has at most 10,000 steps)", set_from},
    {"--text", "", "the trace as text, on standard output",
     [](RunFlags& flags, std::string_view) { flags.text = true; }},
    {"--ptx", "", "do not run it, print its PTX between its source lines; needs NVIDIA's compiler, no GPU",
     [](RunFlags& flags, std::string_view) { flags.ptx = true; }},
    {"--sass", "",
     "a page with the machine code beside the source, and the counts; needs NVIDIA's\n"
     "compiler and disassembler, no GPU",
     [](RunFlags& flags, std::string_view) { flags.sass = true; }},
    {"--seconds", "N", "end a program that runs without end after N seconds of processor time (default 10)",
     set_seconds},
    {"--json", "", "print one line for other programs, a JSON object: what was found and printed",
     [](RunFlags& flags, std::string_view) { flags.json = true; }},
    {"--watch", "", "run again each time the file, or one that it includes, is saved",
     [](RunFlags& flags, std::string_view) { flags.watch = true; }},
    {"--gdb", "CONDITION",
     "start the program in gdb and stop at the first line of a kernel, in the\n"
     "thread of which the condition holds: 'threadIdx.x == 3 && blockIdx.x == 1';\n"
     "'': the first thread",
     set_gdb},
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
  if (result.gdb && (result.json || result.watch || result.count || !result.trace.empty()))
    throw WrongUsage("--gdb goes with --seconds only, not with --count, --json, --trace or --watch");
  if (result.trace.empty() && (result.text || !result.from.empty()))
    throw WrongUsage(std::string(result.text ? "--text" : "--from") + " needs --trace BLOCK beside it");
  if (result.ptx && result.sass) throw WrongUsage("--ptx and --sass do not go together: run one after the other");
  if ((result.ptx || result.sass) && (result.json || !result.trace.empty() || result.gdb))
    throw WrongUsage(std::string(result.ptx ? "--ptx" : "--sass") + " does not go with --json, --trace or --gdb");
  if (!result.trace.empty() && (result.count || result.json))
    throw WrongUsage("--trace does not go with --count or --json: run one after the other");
  if (i == words.size() && !result.help && result.gpu != "help")
    throw WrongUsage("run needs a file: gridstride run FILE.cu");
  result.program.assign(words.begin() + std::ptrdiff_t(i), words.end());
  return result;
}

std::string run_flags_help() {
  constexpr std::size_t column = 18;
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
