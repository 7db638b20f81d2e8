// main.cpp - the program gridstride.
#include <csignal>
#include <cstdio>

#include "apps/commands/commands.h"
#include "apps/openmp_waiting.h"

int main(int argc, char** argv) {
  const gs::apps::Command* command = argc > 1 ? gs::apps::find_command(argv[1]) : nullptr;
  if (command && command->runs_steps) gs::apps::limit_openmp_spinning(argv);
  // A file that grows past `ulimit -f` then fails to write, with a message, instead of ending the program.
  std::signal(SIGXFSZ, SIG_IGN);
  const int status = gs::apps::run_command_line({argv + 1, argv + argc});
  // Output that a full disk did not take is known only now, when the buffer is written.
  if (std::fflush(stdout) == 0 && !std::ferror(stdout)) return status;
  std::fputs("gridstride: standard output could not be written: is the disk full?\n", stderr);
  return status == 0 ? 1 : status;
}
