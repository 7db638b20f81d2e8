// sim_module.cpp - the one function of the module that holds the kernels of `sim` (engine/device/sim_kernels.h).
#include "kernels/common/registry.h"

extern "C" const gs::Registry* gridstride_sim_kernels() {
  return &gs::sim::registry();
}
