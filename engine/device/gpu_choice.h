// gpu_choice.h - decides whether a build can use a GPU of this machine, before CUDA is loaded.
#pragma once
#include <string>
#include <vector>

namespace gs {

/// A GPU as the driver describes it.
struct DriverGpu {
  std::string name;
  int major = 0, minor = 0;  ///< compute capability
};

struct DriverState {
  bool library = false;         ///< libcuda.so.1 was found
  int cuda = 0;                 ///< newest CUDA version that it supports: 13.0 is 13000
  int start_error = 0;          ///< result of cuInit
  std::vector<DriverGpu> gpus;  ///< those that CUDA_VISIBLE_DEVICES leaves visible
};

/// Toolkit and architectures of a build.
struct CudaBuild {
  int cuda = 0;               ///< the toolkit's version; 13.0 is 13000
  std::string architectures;  ///< as in CudaFacts
};

/// Oldest compute capability, times 10, that the kernels can be built for.
inline constexpr int oldest_gpu = 80;

/// CUDA version that the driver must support. A driver supports all toolkits of its major version, but loops in graphs
/// need 12.4.
int needed_driver(int built_cuda);

/// Reason why code for `architectures` does not run on the GPU, with the remedy; empty if it does.
std::string misfit(const std::string& architectures, const DriverGpu&);

/// Command that builds for this GPU in addition.
std::string build_for(const std::string& architectures, const DriverGpu&);

/// "GPU 1 (NVIDIA A100, compute capability 8.0)"
std::string gpu_words(int number, const DriverGpu&);

/// Reason why the build cannot use GPU `number`; empty if it can. `visible_devices`: as visible_devices() returns it.
std::string why_not_gpu(const DriverState&, const CudaBuild&, int number, const std::string& visible_devices);

/// CUDA_VISIBLE_DEVICES of this process, or "unset".
std::string visible_devices();

}  // namespace gs
