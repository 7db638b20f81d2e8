// module.cpp - the cuda device on the simulated runtime, in place of the CUDA module; needs no driver.
#include <cuda_runtime.h>

#include "engine/core/error.h"
#include "engine/device/backends.h"
#include "engine/device/cuda_module.h"
#include "engine/device/cuda_tracing.h"
#include "engine/device/load_cuda.h"
#include "engine/ranks/nccl_module.h"
#include "engine/simulated_cuda/gpus.h"

#if GRIDSTRIDE_WITH_CUPTI
extern "C" gs::KernelTracer* gridstride_open_cupti(const gs::SmLimits&, std::string& why_not);
#endif

namespace gs {

using simulated_cuda::gpu_count;

std::shared_ptr<KernelTracer> open_cupti([[maybe_unused]] const SmLimits& limits, std::string& why_not) {
#if GRIDSTRIDE_WITH_CUPTI
  return std::shared_ptr<KernelTracer>(gridstride_open_cupti(limits, why_not));
#else
  why_not = "this build has no CUPTI";
  return nullptr;
#endif
}

std::string why_no_cuda(int gpu) {
  return why_not_gpu(ask_driver(), {CUDART_VERSION, "90"}, gpu, visible_devices());
}
std::unique_ptr<Device> open_cuda(int gpu, bool tf32) {
  return std::unique_ptr<Device>(gridstride_open_cuda(gpu, tf32));
}
bool cuda_lost() {
  return gridstride_cuda_lost();
}
DriverState ask_driver() {
  const DriverGpu gpu{.name = "simulated GPU", .major = 9, .minor = 0};
  return {.library = true, .cuda = CUDART_VERSION, .start_error = 0, .gpus = std::vector(gpu_count, gpu)};
}
const NcclModule& nccl_module() {
#if GRIDSTRIDE_WITH_NCCL
  return *gridstride_nccl();
#else
  throw UsageError("this build has no NCCL");
#endif
}
void ask_cuda_module(CudaFacts& facts) {
  facts.built_cuda = facts.cuda = CUDART_VERSION;
  facts.gpus.assign(gpu_count, {.name = "simulated GPU", .major = 9});
}

}  // namespace gs
