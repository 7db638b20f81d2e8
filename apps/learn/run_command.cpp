// run_command.cpp - compiles, runs, and says what the program's end was.
#include "apps/learn/run_command.h"

#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>

#include "apps/learn/compiled.h"
#include "engine/core/parse_number.h"
#include "kernels/sim/spawn.h"

namespace gs::learn {
namespace {

using simulator::Ended;
using simulator::Keep;
using simulator::run_program;

constexpr const char* help = R"(usage: gridstride run [flags] FILE.cu [words for the program]

Compiles a CUDA program as it is, runs it in the simulator under the race checker, and says what is wrong with its
kernels. No GPU and no CUDA toolkit is needed.

  --count       if nothing is wrong, show what the kernels cost by source line: requests of warps, sectors of global
                memory, bank conflicts, divergence
  --seconds N   end a program that runs without end after N seconds of processor time (default 10)
  --help        this text

Exit status: the program's own; 1 if there is a finding, or if FILE.cu does not compile; 2 for wrong flags.
What is simulated, and the list of messages: docs/own-kernels.md
)";

int wrong_usage(const std::string& message) {
  std::fprintf(stderr, "gridstride: %s (gridstride run --help lists the flags)\n", message.c_str());
  return 2;
}

/// Runs the program once more, counted: a run cannot be checked and counted at once.
void show_counts(const std::vector<std::string>& program) {
  const std::string file = program[0] + ".counts." + std::to_string(getpid());
  setenv("GRIDSTRIDE_RUN_COUNT", file.c_str(), 1);
  run_program(program, Keep::silence);
  std::ifstream stream(file);
  if (stream.peek() != std::ifstream::traits_type::eof()) std::cout << stream.rdbuf() << std::flush;
  std::error_code error;
  std::filesystem::remove(file, error);
}

}  // namespace

int run_command(const std::vector<std::string_view>& words) {
  bool count = false;
  std::size_t i = 0;
  for (; i < words.size() && words[i].starts_with('-'); ++i) {
    if (words[i] == "--help" || words[i] == "-h") {
      std::fputs(help, stdout);
      return 0;
    }
    if (words[i] == "--count") {
      count = true;
      continue;
    }
    const bool joined = words[i].starts_with("--seconds=");
    if (!joined && words[i] != "--seconds") return wrong_usage("run has no flag " + std::string(words[i]));
    if (!joined && i + 1 == words.size()) return wrong_usage("--seconds needs a number");
    const std::string_view text = joined ? words[i].substr(10) : words[++i];
    const auto seconds = parse_number<double>(text);
    if (!seconds || !(*seconds >= 0.1 && *seconds <= 1e6))
      return wrong_usage("--seconds " + std::string(text) + " is not a number from 0.1 to 1000000");
    setenv("GRIDSTRIDE_RUN_SECONDS", std::string(text).c_str(), 1);
  }
  if (i == words.size()) return wrong_usage("run needs a file: gridstride run FILE.cu");
  std::vector<std::string> program = {compiled(words[i]).string()};
  program.insert(program.end(), words.begin() + std::ptrdiff_t(i) + 1, words.end());
  const Ended ended = run_program(program);
  if (ended.signal != 0) {
    std::fprintf(stderr, "gridstride: %s was ended by signal %d (%s)\n", std::string(words[i]).c_str(), ended.signal,
                 strsignal(ended.signal));
    return 1;
  }
  if (count && ended.status == 0) show_counts(program);
  return ended.status;
}

}  // namespace gs::learn
