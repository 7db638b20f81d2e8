// report_at_exit.cpp - turns gridstride into gridstride-check: prints the race checker's reports at exit, and makes the
// exit status 1 if there are any.
#include <cstdio>
#include <cstdlib>

#include "kernels/sim/simulator.h"

namespace {

void print_reports() {
  const auto reports = gs::simulator::take_reports();
  std::fflush(stdout);
  for (const auto& report : reports) std::fprintf(stderr, "gridstride-check: %s\n", report.text.c_str());
  if (reports.empty()) return;
  std::fprintf(stderr, "gridstride-check: %zu finding%s\n", reports.size(), reports.size() == 1 ? "" : "s");
  std::_Exit(1);
}

[[maybe_unused]] const bool registered = std::atexit(print_reports) == 0;

}  // namespace
