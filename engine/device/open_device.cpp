// open_device.cpp - which device a name means here, and why one is not to be had.
#include <fmt/format.h>

#include "engine/core/error.h"
#include "engine/core/nearest.h"
#include "engine/device/backends.h"
#include "engine/device/cpu_info.h"
#include "engine/device/instruction_counter.h"

namespace gs {

std::unique_ptr<Device> open_device(const DeviceRequest& request) {
  const int cores = cpu_cores();
  if (request.threads < 0 || request.threads > 4 * cores)
    throw UsageError(
        fmt::format("--threads {}: must be 0 (all {} cores) or 1 to {}", request.threads, cores, 4 * cores));
  const int threads = request.threads == 0 ? cores : request.threads;
  std::string why_not;
  if (request.name == "cuda" || request.name == "auto") {
    if (cuda_device_present(&why_not)) return open_cuda(request.tf32.value_or(true));
    if (request.name == "cuda")
      throw UsageError(fmt::format("--device cuda: {}; --device cpu trains without a GPU", why_not));
    return open_cpu(threads, request.tf32.value_or(false));
  }
  if (request.name == "cpu") return open_cpu(threads, request.tf32.value_or(false));
  if (request.name == "ptx") {
    if (instruction_counter()) return open_cuda(request.tf32.value_or(true));
    throw UsageError(
        "--device ptx: this program has no kernels of nvcc's to interpret: ./gridstride ... --device ptx starts the "
        "one "
        "that has, gridstride-ptx, where the CUDA toolkit, cuDNN and cuBLASLt are installed (a GPU is not needed)");
  }
  if (request.name == "sim") return open_sim(threads, request.tf32.value_or(false));
  throw UsageError(
      fmt::format("--device {}: {}", request.name, suggestion(request.name, {"auto", "cuda", "cpu", "sim", "ptx"})));
}

}  // namespace gs
