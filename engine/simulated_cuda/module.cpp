// module.cpp - the device over the simulated runtime in place of the module of CUDA: no driver is asked.
#include <cuda_runtime.h>

#include "engine/device/backends.h"
#include "engine/device/cuda_module.h"
#include "engine/device/cuda_tracing.h"
#include "engine/device/load_cuda.h"

#if GRIDSTRIDE_WITH_CUPTI
extern "C" gs::KernelTracer* gridstride_open_cupti(const gs::SmLimits&, std::string& why_not);
#endif

namespace gs {

std::shared_ptr<KernelTracer> open_cupti([[maybe_unused]] const SmLimits& limits, std::string& why_not) {
#if GRIDSTRIDE_WITH_CUPTI
  return std::shared_ptr<KernelTracer>(gridstride_open_cupti(limits, why_not));
#else
  why_not = "this build has no CUPTI";
  return nullptr;
#endif
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
