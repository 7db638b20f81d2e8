// ptx_kernels.cpp - the functions that nvcc's host code calls: they register fat binaries and kernels at program start,
// and enqueue launches on a simulated stream, which interprets their PTX.
#include "engine/simulated_cuda/ptx_kernels.h"

#include <cuda_runtime.h>

#include <cstdint>
#include <cstring>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "engine/simulated_cuda/gpus.h"
#include "engine/simulated_cuda/memory.h"
#include "engine/simulated_cuda/runtime.h"
#include "kernels/ptx/counts.h"
#include "kernels/ptx/fat_binary.h"
#include "kernels/ptx/launch.h"
#include "kernels/ptx/machine_code.h"

namespace gs::simulated_cuda {

std::function<std::string(std::string)>& rewrite_ptx() {
  static std::function<std::string(std::string)> rewrite;
  return rewrite;
}

namespace {

constexpr int architecture = 90;  // compute capability of the simulated GPU, times 10
constexpr std::size_t most_shared_bytes = 227 << 10, default_shared_bytes = 48 << 10;

/// The kernels of one source file.
struct Binary {
  const void* data;
  std::unique_ptr<ptx::Module> module;  ///< parsed at the first launch

  const ptx::Module& parsed() {
    if (!module) {
      std::string text(ptx::ptx_in(data, architecture));
      if (rewrite_ptx()) text = rewrite_ptx()(std::move(text));
      module = ptx::parse(text, "the PTX of a kernel file");
      for (const auto& [name, count] : ptx::registers_in(ptx::machine_code_in(data, architecture)))
        if (const auto kernel = module->kernels.find(name); kernel != module->kernels.end())
          kernel->second.machine_registers = count;
    }
    return *module;
  }
};

/// A kernel. The host code identifies it by the address of the function that launches it.
struct RegisteredKernel {
  Binary* binary;
  std::string name;
  std::size_t most_dynamic_shared_bytes = default_shared_bytes;
};

std::mutex registry_mutex;
std::unordered_map<const void*, RegisteredKernel>& registered() {
  static auto* const all = new std::unordered_map<const void*, RegisteredKernel>;  // outlives every static object
  return *all;
}
RegisteredKernel* find(const void* host_function) {
  const std::lock_guard lock(registry_mutex);
  const auto at = registered().find(host_function);
  return at == registered().end() ? nullptr : &at->second;
}

bool fits(dim3 grid, dim3 block) {
  const std::uint64_t threads = std::uint64_t(block.x) * block.y * block.z;
  return threads >= 1 && threads <= 1024 && block.z <= 64 && grid.x >= 1 && grid.y >= 1 && grid.z >= 1 &&
         grid.x <= 0x7fffffff && grid.y <= 65535 && grid.z <= 65535;
}

/// A launch with copied arguments. Throws PtxError if the kernel's PTX is missing or invalid.
ptx::Launch prepared(RegisteredKernel& kernel, dim3 grid, dim3 block, void** arguments, std::size_t shared_bytes) {
  const std::lock_guard lock(registry_mutex);
  ptx::Launch launch;
  launch.module = &kernel.binary->parsed();
  const auto function = launch.module->kernels.find(kernel.name);
  if (function == launch.module->kernels.end()) throw ptx::PtxError("no PTX for kernel " + kernel.name);
  launch.kernel = &function->second;
  launch.grid = {grid.x, grid.y, grid.z};
  launch.block = {block.x, block.y, block.z};
  launch.dynamic_shared_bytes = std::uint32_t(shared_bytes);
  launch.parameters.resize(launch.kernel->parameter_bytes);
  for (std::size_t i = 0; i < launch.kernel->parameters.size(); ++i) {
    const ptx::Parameter& p = launch.kernel->parameters[i];
    std::memcpy(launch.parameters.data() + p.offset, arguments[i], p.bytes);
  }
  return launch;
}

cudaError_t enqueue(RegisteredKernel& kernel, dim3 grid, dim3 block, void** arguments, std::size_t shared_bytes,
                    cudaStream_t stream) {
  const auto lock = lock_runtime();
  if (!stream) return result(cudaErrorNotSupported);  // the engine never uses the default stream
  if (stream->gpu != gpu_of_thread()) return result(cudaErrorInvalidResourceHandle);
  if (!fits(grid, block)) return result(cudaErrorInvalidConfiguration);
  if (shared_bytes > kernel.most_dynamic_shared_bytes) return result(cudaErrorInvalidValue);
  ptx::Launch launch;
  try {
    launch = prepared(kernel, grid, block, arguments, shared_bytes);
  } catch (const Error& error) {
    fail_device(cudaErrorInvalidKernelImage, error.what());
    return result(cudaErrorInvalidKernelImage);
  }
  Work work{cudaGraphNodeTypeKernel, {}, kernel.name, {}};
  work.params.gridDim = grid, work.params.blockDim = block, work.params.sharedMemBytes = unsigned(shared_bytes);
  work.run = [launch = std::move(launch)]() mutable {
    launch.memory = memory_of_kernels();
    launch.timed = ptx::launches_are_counted();
    ptx::run(launch);
  };
  return result(stream->enqueue(std::move(work)));
}

}  // namespace
}  // namespace gs::simulated_cuda

using namespace gs::simulated_cuda;

// --- calls that nvcc inserts before main()

extern "C" {

/// The wrapper's second pointer is the fat binary.
void** __cudaRegisterFatBinary(void* wrapper) {
  struct Wrapper {
    int magic, version;
    const void* data;
  };
  return reinterpret_cast<void**>(new Binary{static_cast<const Wrapper*>(wrapper)->data, nullptr});
}
void __cudaRegisterFatBinaryEnd(void**) {}
void __cudaUnregisterFatBinary(void**) {}

void __cudaRegisterFunction(void** binary, const char* host_function, char*, const char* name, int, uint3*, uint3*,
                            dim3*, dim3*, int*) {
  const std::lock_guard lock(registry_mutex);
  registered()[host_function] = RegisteredKernel{reinterpret_cast<Binary*>(binary), name};
}

// --- calls that nvcc generates for kernel<<<grid, block, shared, stream>>>(...)

struct LaunchConfiguration {
  dim3 grid, block;
  std::size_t shared_bytes;
  cudaStream_t stream;
};
static thread_local std::vector<LaunchConfiguration> configurations;

unsigned __cudaPushCallConfiguration(dim3 grid, dim3 block, std::size_t shared_bytes, cudaStream_t stream) {
  configurations.push_back({grid, block, shared_bytes, stream});
  return 0;
}
cudaError_t __cudaPopCallConfiguration(dim3* grid, dim3* block, std::size_t* shared_bytes, void* stream) {
  const LaunchConfiguration c = configurations.back();
  configurations.pop_back();
  *grid = c.grid, *block = c.block, *shared_bytes = c.shared_bytes;
  *static_cast<cudaStream_t*>(stream) = c.stream;
  return cudaSuccess;
}

cudaError_t __cudaGetKernel(cudaKernel_t* kernel, const void* host_function) {
  *kernel = reinterpret_cast<cudaKernel_t>(find(host_function));
  return result(*kernel ? cudaSuccess : cudaErrorInvalidDeviceFunction);
}
cudaError_t __cudaLaunchKernel(cudaKernel_t kernel, dim3 grid, dim3 block, void** arguments, std::size_t shared_bytes,
                               cudaStream_t stream) {
  return enqueue(*reinterpret_cast<RegisteredKernel*>(kernel), grid, block, arguments, shared_bytes, stream);
}

}  // extern "C"

cudaError_t cudaLaunchKernelExC(const cudaLaunchConfig_t* c, const void* host_function, void** arguments) {
  RegisteredKernel* const kernel = find(host_function);
  if (!kernel) return result(cudaErrorInvalidDeviceFunction);
  return enqueue(*kernel, c->gridDim, c->blockDim, arguments, c->dynamicSmemBytes, c->stream);
}

cudaError_t cudaFuncSetAttribute(const void* host_function, cudaFuncAttribute attribute, int value) {
  const auto lock = lock_runtime();
  RegisteredKernel* const kernel = find(host_function);
  if (!kernel) return result(cudaErrorInvalidDeviceFunction);
  if (attribute != cudaFuncAttributeMaxDynamicSharedMemorySize) return result(cudaErrorNotSupported);
  if (value < 0 || std::size_t(value) > most_shared_bytes) return result(cudaErrorInvalidValue);
  kernel->most_dynamic_shared_bytes = std::size_t(value);
  return result(cudaSuccess);
}
