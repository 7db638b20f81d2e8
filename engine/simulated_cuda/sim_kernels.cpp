// sim_kernels.cpp - registers the simulator's kernels for the cuda device. gridstride-ptx uses nvcc's instead.
#include "kernels/common/registry.h"

namespace gs {

Registry& cuda::registry() {
  static Registry simulated(Target::cuda, sim::registry());
  return simulated;
}

}  // namespace gs
