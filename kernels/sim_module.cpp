// sim_module.cpp - the one function of the module that holds the kernels of `sim` (engine/device/sim_kernels.h).
#include "kernels/rooms.h"

extern "C" const gs::Rooms* gridstride_sim_kernels() {
  return &gs::sim::rooms();
}
