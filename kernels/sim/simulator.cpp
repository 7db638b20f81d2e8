// simulator.cpp - the options.
#include "kernels/sim/simulator.h"

#include "kernels/sim/block.h"

namespace gs::simulator {

constinit const CheckerHooks* checker_hooks = nullptr;

Options& options() {
  static Options options;
  return options;
}

bool checker_present() {
  return checker_hooks != nullptr;
}

void note_module(const void* inside) {
  if (checker_hooks) checker_hooks->module_loaded(inside);
}

}  // namespace gs::simulator
