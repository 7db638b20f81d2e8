// main.cpp - the program gridstride.
#include <csignal>

#include "apps/command.h"

int main(int argc, char** argv) {
  // A file that grows past `ulimit -f` then fails to write, with a message, instead of ending the program.
  std::signal(SIGXFSZ, SIG_IGN);
  return gs::apps::run_command_line({argv + 1, argv + argc});
}
