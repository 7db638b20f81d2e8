// gpu_choice.h - whether a build can use a GPU of this machine, judged from facts before anything of CUDA is loaded.
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
  bool library = false;         ///< libcuda.so.1 is there
  int cuda = 0;                 ///< the newest CUDA that it knows: 13.0 is 13000
  int start_error = 0;          ///< what cuInit returned
  std::vector<DriverGpu> gpus;  ///< those that CUDA_VISIBLE_DEVICES leaves visible
};

/// The toolkit and the architectures that a build was made with.
struct CudaBuild {
  int cuda = 0;               ///< the toolkit's version, as the driver counts
  std::string architectures;  ///< as in CudaFacts
};

/// The compute capability, times 10, of the oldest GPU that the kernels can be built for.
inline constexpr int oldest_gpu = 80;

/// The CUDA that a build needs of the driver. A driver serves all of its generation's toolkits, but loops in graphs
/// came with 12.4.
int needed_driver(int built_cuda);

/// Why code for `architectures` does not run on the GPU, with what to do about it; empty where it does.
std::string misfit(const std::string& architectures, const DriverGpu&);

/// The command that builds for this GPU, too.
std::string build_for(const std::string& architectures, const DriverGpu&);

/// "GPU 1 (NVIDIA A100, compute capability 8.0)"
std::string gpu_words(int number, const DriverGpu&);

/// Why the build cannot use GPU `number`; empty where it can. `visible_devices` is the variable CUDA_VISIBLE_DEVICES,
/// "unset" where it is.
std::string why_not_gpu(const DriverState&, const CudaBuild&, int number, const std::string& visible_devices);

/// The variable CUDA_VISIBLE_DEVICES of this process, "unset" where it is.
std::string visible_devices();

}  // namespace gs
