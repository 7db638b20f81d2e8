// run_command.cpp - compiles, runs, and says what the program's end was.
#include "apps/learn/run_command.h"

#include <cstdio>
#include <cstdlib>
#include <string>

#include "apps/learn/compiled.h"
#include "apps/learn/counts/show_counts.h"
#include "apps/learn/debugger.h"
#include "apps/learn/gpu_flag.h"
#include "apps/learn/machine_code/commands.h"
#include "apps/learn/recorded_run.h"
#include "apps/learn/run_flags.h"
#include "apps/learn/run_record.h"
#include "apps/learn/trace/show_trace.h"
#include "apps/learn/watch.h"
#include "kernels/sim/spawn.h"

namespace gs::learn {
namespace {

using simulator::Ended;
using simulator::run_program;

std::string help() {
  return R"(usage: gridstride run [flags] FILE.cu [words for the program]

Compiles a CUDA program as it is, runs it in the simulator under the race checker, and says what is wrong with its
kernels. No GPU and no CUDA toolkit is needed.

)" + run_flags_help() +
         R"(
Exit status: the program's own; 1 if there is a finding, or if FILE.cu does not compile; 2 for wrong flags; 130 after
Ctrl-C with --watch.
A message's code, such as M03, is explained by: gridstride explain M03
What is simulated, and the list of messages: docs/own-kernels.md
)";
}

int run_once(const RunFlags& flags) {
  if (flags.json) return print_run_record(flags);
  if (flags.gdb) return debug(flags);
  const std::string& file = flags.program[0];
  if (flags.ptx) return print_ptx(file);
  std::vector<std::string> program = flags.program;
  program[0] = compiled(file).string();
  if (!flags.trace.empty()) return show_trace(flags, program);
  if (flags.sass) return write_sass_page(file, program);
  const Ended ended = run_program(program);
  if (ended_by_signal(file, ended)) return 1;
  if (flags.count && ended.status == 0) return show_counts(file, program, flags.gpu);
  return ended.status;
}

}  // namespace

int run_command(const std::vector<std::string_view>& words) {
  const RunFlags flags = run_flags(words);
  if (flags.help) {
    std::fputs(help().c_str(), stdout);
    return 0;
  }
  if (flags.gpu == "help") {
    std::fputs(gpu_table().c_str(), stdout);
    return 0;
  }
  if (!flags.seconds.empty()) setenv("GRIDSTRIDE_RUN_SECONDS", flags.seconds.c_str(), 1);
  return flags.watch ? watch(flags, run_once) : run_once(flags);
}

}  // namespace gs::learn
