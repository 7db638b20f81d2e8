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

}  // namespace gs::simulator
