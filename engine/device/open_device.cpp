// open_device.cpp - maps a device name to a device, or explains why it is unavailable.
#include <fmt/format.h>

#include "engine/core/error.h"
#include "engine/core/machine_limits.h"
#include "engine/device/backends.h"
#include "engine/device/device_name.h"
#include "engine/device/instruction_counter.h"
#include "engine/device/load_cuda.h"

namespace gs {

bool means_cuda(const std::string& device_name) {
  const DeviceName name = parse_device_name(device_name);
  return name.kind == "cuda" || (name.kind == "auto" && why_no_cuda().empty());
}

void check_device(const std::string& device_name) {
  const DeviceName name = parse_device_name(device_name);
  if (name.kind != "cuda") return;
  if (name.interpreted && !instruction_counter())
    throw UsageError(
        "--device ptx: this program has no kernels to interpret; ./gridstride ... --device ptx starts the one that "
        "has them, if nvcc, cuDNN and cuBLASLt are installed");
  if (const std::string why_not = why_no_cuda(name.gpu); !why_not.empty())
    throw UsageError(fmt::format("--device {}: {}; --device cpu trains without a GPU", device_name, why_not));
}

std::vector<std::string> listed_devices(const std::string& device_names) {
  const auto gpus = parse_gpu_list(device_names);
  std::vector<std::string> names;
  if (!gpus) return names;
  for (const int gpu : *gpus) {
    names.push_back(fmt::format("cuda:{}", gpu));
    check_device(names.back());
  }
  if (!names.empty()) return names;
  for (int gpu = 0; gpu < int(ask_driver().gpus.size()); ++gpu)
    if (why_no_cuda(gpu).empty()) names.push_back(fmt::format("cuda:{}", gpu));
  if (names.empty()) check_device("cuda");
  return names;
}

std::string why_auto_takes_cpu() {
  const std::string why_not = why_no_cuda();
  if (why_not.empty()) return "";
  const std::size_t gpus = ask_driver().gpus.size();
  for (std::size_t other = 1; other < gpus; ++other)
    if (why_no_cuda(int(other)).empty()) return fmt::format("{}; --device cuda:{} is one that fits", why_not, other);
  return gpus == 0 ? "" : why_not;
}

std::unique_ptr<Device> open_device(const DeviceRequest& request) {
  const int cores = cpu_cores();
  if (request.threads < 0 || request.threads > 4 * cores)
    throw UsageError(fmt::format("--threads {}: must be 0 or 1 to {}, four for each of {} cores", request.threads,
                                 4 * cores, cores));
  const int threads = request.threads == 0 ? default_threads() : request.threads;
  check_device(request.name);
  if (means_cuda(request.name)) return open_cuda(parse_device_name(request.name).gpu, request.tf32.value_or(true));
  if (request.name == "sim") return open_sim(threads, request.tf32.value_or(false));
  return open_cpu(threads, request.tf32.value_or(false));
}

}  // namespace gs
