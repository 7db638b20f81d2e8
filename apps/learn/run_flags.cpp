// run_flags.cpp - the table of the flags.
#include "apps/learn/run_flags.h"

#include <algorithm>

#include "apps/learn/flags.h"
#include "apps/learn/gpu_flag.h"
#include "apps/learn/wrong_usage.h"
#include "engine/core/parse_number.h"

namespace gs::learn {
namespace {

bool is_seconds(std::string_view text) {
  const auto seconds = parse_number<double>(text);
  return seconds && *seconds >= 0.1 && *seconds <= 1e6;
}

/// A whole number of at most nine digits.
bool is_whole_number(std::string_view text) {
  return !text.empty() && text.size() <= 9 && text.find_first_not_of("0123456789") == text.npos;
}

bool are_blocks(std::string_view list) {
  for (std::size_t begin = 0; begin <= list.size();) {
    const std::size_t comma = std::min(list.find(',', begin), list.size());
    if (!is_whole_number(list.substr(begin, comma - begin))) return false;
    begin = comma + 1;
  }
  return true;
}

bool is_step(std::string_view text) {
  return is_whole_number(text) && text.find_first_not_of('0') != text.npos;
}

/// For Flag::set: `text` is the value if it passes the test.
std::function<bool(std::string_view)> into_if(bool (*passes)(std::string_view), std::string& text) {
  return [passes, &text](std::string_view value) {
    text = value;
    return passes(value);
  };
}

std::vector<Flag> flags_of(RunFlags& flags) {
  return {
      {"--count", "",
       "if nothing is wrong, show what the kernels cost by source line: requests of\n"
       "warps, sectors of global memory, bank conflicts, divergence",
       on(flags.count)},
      {"--gpu", "NAME",
       "the same, with bounds and occupancy for this GPU (default RTX 4060;\n"
       "--gpu help lists them)",
       [&](std::string_view name) { return (flags.count = true) && set_gpu(flags.gpu, name); }, known_gpus()},
      {"--trace", "BLOCK",
       "write trace.html, the steps of this block (or of several: 0,1) to look at one by\n"
       "one; of a program with a mistake, too",
       into_if(are_blocks, flags.trace), "a list of blocks: --trace 1 or --trace 0,1"},
      {"--from", "N", "the trace begins at step N (a trace has at most 10,000 steps)", into_if(is_step, flags.from),
       "the number of a step: 1 is the first"},
      {"--text", "", "the trace as text, on standard output", on(flags.text)},
      {"--ptx", "",
       "do not run it, print its PTX between its source lines; needs NVIDIA's compiler,\n"
       "no GPU",
       on(flags.ptx)},
      {"--sass", "",
       "write NAME.sass.html, the machine code beside the source, and the counts of a run\n"
       "without the checker; needs NVIDIA's compiler and disassembler, no GPU",
       on(flags.sass)},
      {"--to", "FILE", "the page of --trace or --sass goes into this file", into(flags.to), "the name of a file"},
      {"--seconds", "N", "end a program that runs without end after N seconds of processor time (default 10)",
       into_if(is_seconds, flags.seconds), "a number from 0.1 to 1000000"},
      {"--json", "", "print one line for other programs, a JSON object: what was found and printed", on(flags.json)},
      {"--watch", "", "run again each time the file, or one that it includes, is saved", on(flags.watch)},
      {"--gdb", "CONDITION",
       "start the program in gdb and stop at the first line of a kernel, in the\n"
       "thread of which the condition holds: 'threadIdx.x == 3 && blockIdx.x == 1';\n"
       "'': the first thread",
       [&](std::string_view condition) {
         flags.gdb = condition;
         return !condition.ends_with(".cu");
       },
       "a condition, which stands before the file: --gdb 'threadIdx.x == 3', or '' for the first thread"},
  };
}

void refuse_what_does_not_fit(const RunFlags& flags) {
  if (flags.gdb && (flags.json || flags.watch || flags.count || !flags.trace.empty()))
    throw WrongUsage("--gdb goes with --seconds only, not with --count, --json, --trace or --watch");
  if (flags.trace.empty() && (flags.text || !flags.from.empty()))
    throw WrongUsage(std::string(flags.text ? "--text" : "--from") + " needs --trace BLOCK beside it");
  if (!flags.to.empty() && (flags.text || (flags.trace.empty() && !flags.sass)))
    throw WrongUsage("--to is for the page of --trace BLOCK or --sass");
  if (flags.ptx && flags.sass) throw WrongUsage("--ptx and --sass do not go together: run one after the other");
  if ((flags.ptx || flags.sass) && (flags.json || !flags.trace.empty() || flags.gdb))
    throw WrongUsage(std::string(flags.ptx ? "--ptx" : "--sass") + " does not go with --json, --trace or --gdb");
  if (!flags.trace.empty() && (flags.count || flags.json))
    throw WrongUsage("--trace does not go with --count or --json: run one after the other");
  if (flags.program.empty() && !flags.help && flags.gpu != "help")
    throw WrongUsage("run needs a file: gridstride run FILE.cu");
}

}  // namespace

RunFlags run_flags(const std::vector<std::string_view>& words) {
  RunFlags flags;
  GivenWords given = read_words({"run", flags_of(flags), words.size(), "", true}, words);
  flags.help = given.help;
  flags.program = std::move(given.words);
  refuse_what_does_not_fit(flags);
  return flags;
}

std::string run_flags_help() {
  RunFlags flags;
  return help_of(flags_of(flags));
}

}  // namespace gs::learn
