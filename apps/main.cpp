// main.cpp - the program gridstride.
#include <csignal>

#include "apps/cli/terminal.h"
#include "apps/commands/commands.h"
#include "apps/openmp_waiting.h"
#include "apps/out_of_memory.h"
#include "apps/standard_streams.h"

int main(int argc, char** argv) {
  gs::apps::open_missing_streams();
  gs::apps::end_cleanly_without_memory();
  const gs::apps::Command* command = argc > 1 ? gs::apps::find_command(argv[1]) : nullptr;
  if (command && command->runs_steps) gs::apps::limit_openmp_spinning(argv);
  // A file that grows past `ulimit -f` then fails to write, with a message, instead of ending the program.
  std::signal(SIGXFSZ, SIG_IGN);
  std::signal(SIGUSR1,
              SIG_IGN);  // asks a training run for a checkpoint: before its first step there is nothing to write
  const int status = gs::apps::run_command_line({argv + 1, argv + argc});
  // Output that a full disk did not take may be known only now, when the buffer is written.
  const auto lost = gs::apps::lost_output();
  if (!lost) return status;
  gs::apps::print_message(*lost);
  return status == 0 ? 1 : status;
}
