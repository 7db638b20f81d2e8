// cpu_module.cpp - the one function of a module that holds the kernels of `cpu` for wider vectors
// (engine/device/cpu_kernels.h).
#include "kernels/common/registry.h"

extern "C" const gs::Registry* gridstride_cpu_kernels() {
  return &gs::host::registry();
}
