// module.cpp - the device over the simulated runtime in place of the module of CUDA: no driver is asked.
#include <cuda_runtime.h>

#include "engine/device/backends.h"
#include "engine/device/cuda_module.h"
#include "engine/device/load_cuda.h"

namespace gs {
const Rooms& cuda::rooms() {
  static const Rooms simulated = [] {
    Rooms rooms = sim::rooms();
    rooms.target = Target::cuda;
    return rooms;
  }();
  return simulated;
}

bool cuda_device_present(std::string*) {
  return true;
}
std::unique_ptr<Device> open_cuda(bool tf32) {
  return std::unique_ptr<Device>(gridstride_open_cuda(tf32));
}
DriverState ask_driver() {
  return {.library = true, .cuda = CUDART_VERSION, .start_error = 0, .gpus = 1};
}
void ask_cuda_module(CudaFacts& facts) {
  facts.built_cuda = facts.cuda = CUDART_VERSION;
  facts.gpus = {{.name = "simulated GPU", .major = 9}};
}

}  // namespace gs
