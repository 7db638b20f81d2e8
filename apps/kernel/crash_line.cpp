// crash_line.cpp - a signal handler. It calls functions that a handler may not call in general: the program is ending,
// and an alarm ends it if one of them waits for ever.
#include "apps/kernel/crash_line.h"

#include <unistd.h>

#include <array>
#include <csignal>
#include <cstring>
#include <filesystem>

#include <fmt/format.h>

#include "apps/cli/terminal.h"
#include "kernels/sim/block.h"
#include "kernels/sim/simulator.h"
#include "kernels/sim/words.h"

namespace gs::apps {
namespace {

void say_crash(int signal) {
  if (!simulator::in_kernel()) return;
  alarm(10);
  simulator::Position& at = simulator::position;
  at.observed = false;
  const simulator::Geometry& geometry = at.launch->geometry;
  const std::string place =
      fmt::format("kernel {}, launched at {}:{}", at.launch->kernel,
                  std::filesystem::path(geometry.where.file).filename().string(), geometry.where.line);
  for (const simulator::Report& report : simulator::take_reports()) print_message(report.text);
  print_message(
      fmt::format("{}: {} of {} crashes the program: {}{}", place, simulator::thread_in(at.thread, geometry.block),
                  simulator::block_in(at.block, geometry.grid), strsignal(signal),
                  simulator::checker_present() ? "" : "; the same command after 'gridstride check' may say why"));
}

}  // namespace

void name_kernels_that_crash() {
  static std::array<char, 1 << 18> memory;  // a kernel may have used up its stack
  stack_t stack{};
  stack.ss_sp = memory.data();
  stack.ss_size = memory.size();
  sigaltstack(&stack, nullptr);
  struct sigaction action {};
  action.sa_handler = say_crash;
  action.sa_flags = int(SA_ONSTACK | SA_RESETHAND);  // the second time it ends the program
  sigemptyset(&action.sa_mask);
  for (const int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL}) sigaction(signal, &action, nullptr);
}

}  // namespace gs::apps
