// reports.cpp - the findings. Without the checker nothing is ever reported.
#include "kernels/sim/reports.h"

#include <mutex>
#include <utility>

#include "kernels/sim/block.h"

namespace gs::simulator {
namespace {

struct State {
  std::mutex mutex;
  std::vector<Report> reports;
};
State& state() {
  static State* state = new State;  // never destroyed: reports may be taken during program exit
  return *state;
}

}  // namespace

void add_report(Report report) {
  std::lock_guard lock(state().mutex);
  state().reports.push_back(std::move(report));
}

std::vector<Report> take_reports() {
  if (checker_hooks) checker_hooks->collect();
  std::lock_guard lock(state().mutex);
  return std::exchange(state().reports, {});
}

}  // namespace gs::simulator
