// gpu_facts.h - what there is of CUDA in this build and on this machine, as plain data, and what that means for a user.
#pragma once
#include <cstddef>
#include <string>
#include <vector>

namespace gs {

struct GpuFacts {
  std::string name;
  int major = 0, minor = 0;  ///< compute capability
  int sms = 0;
  std::size_t memory_bytes = 0, l2_bytes = 0;
  std::size_t shared_bytes_of_sm = 0, shared_bytes_of_block = 0;  ///< of a block: the most that a kernel may ask for
  double clock_mhz = 0, memory_clock_mhz = 0;
  int memory_bus_bits = 0;
};

/// Versions count as the libraries do: CUDA 13.0 is 13000, cuDNN 9.19.0 is 91900, cuBLASLt 13.1.0 is 130100. 0:
/// unknown.
struct CudaFacts {
  // the build
  bool built = false;
  std::string why_not_built;  ///< "turned off", "no toolkit" or "no cuDNN or cuBLASLt" where it was configured
  std::string architectures;  ///< as CMake names them, with spaces between: "80-virtual 90"
  int built_cuda = 0, built_cudnn = 0, built_cublaslt = 0;
  bool cupti = false;
  bool module_missing = false;  ///< the part for CUDA is not built yet

  // the machine
  bool gpu_on_bus = false;                ///< a display or compute device of NVIDIA's
  bool driver_library = false;            ///< libcuda.so.1
  int driver_cuda = 0;                    ///< the newest CUDA that the driver knows
  std::string driver_release;             ///< "580.65.06"
  int start_error = 0;                    ///< what cuInit returned; 0: it works
  std::string visible_devices;            ///< the variable CUDA_VISIBLE_DEVICES, "unset" where it is
  std::string module_error;               ///< why this build's part for CUDA cannot be loaded
  int cuda = 0, cudnn = 0, cublaslt = 0;  ///< those loaded
  std::vector<GpuFacts> gpus;
};

/// Looks at the machine; never throws. Starts CUDA where there is a driver.
CudaFacts cuda_facts();

/// Something that is missing or does not fit, and what to do about it: a line each.
struct Finding {
  std::string what, remedy;
};

/// What follows from the facts, what stops CUDA first. Empty where all is well.
std::vector<Finding> findings(const CudaFacts&);

/// How code built for `architectures` runs on a GPU of this compute capability.
enum class Fit { native, compiled_on_first_use, no };
Fit fit(const std::string& architectures, int major, int minor);

/// "13.0" of 13000, "9.19.0" of 91900, "13.1.0" of 130100.
std::string cuda_version_text(int);
std::string library_version_text(int);

}  // namespace gs
