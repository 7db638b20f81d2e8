// sim_kernels.cpp - the simulator's kernels as those of the cuda device. gridstride-ptx has nvcc's in their place.
#include "kernels/common/registry.h"

namespace gs {

Registry& cuda::registry() {
  static Registry simulated(Target::cuda, sim::registry());
  return simulated;
}

}  // namespace gs
