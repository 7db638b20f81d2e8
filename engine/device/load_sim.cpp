// load_sim.cpp - linked kernels if there are any, else the module's.
#include <dlfcn.h>

#include "engine/core/load_module.h"
#include "engine/device/sim_kernels.h"

namespace gs {

namespace sim {
[[gnu::weak]] Registry& registry();  // null in a program that is linked without these kernels
}

const Registry& sim_kernels() {
  if (&sim::registry) return sim::registry();
  using Kernels = const Registry*();
  static void* const module = load_module(GRIDSTRIDE_SIM_MODULE, "the sim device", "sim");
  return *reinterpret_cast<Kernels*>(dlsym(module, "gridstride_sim_kernels"))();
}

}  // namespace gs
