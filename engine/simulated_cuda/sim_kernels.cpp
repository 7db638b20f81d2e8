// sim_kernels.cpp - the simulator's kernels as those of the cuda device. gridstride-ptx has nvcc's in their place.
#include "kernels/rooms.h"

namespace gs {

const Rooms& cuda::rooms() {
  static const Rooms simulated = [] {
    Rooms rooms = sim::rooms();
    rooms.target = Target::cuda;
    return rooms;
  }();
  return simulated;
}

}  // namespace gs
