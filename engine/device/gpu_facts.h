// gpu_facts.h - facts about CUDA in this build and on this machine, and the findings that follow for the user.
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
  std::size_t shared_bytes_of_sm = 0, shared_bytes_of_block = 0;  ///< per block: the opt-in maximum
  double clock_mhz = 0, memory_clock_mhz = 0;
  int memory_bus_bits = 0;
};

/// Versions are encoded as in the libraries: CUDA 13.0 is 13000, cuDNN 9.19.0 is 91900, cuBLASLt 13.1.0 is 130100;
/// 0: unknown.
struct CudaFacts {
  // the build
  bool built = false;
  std::string why_not_built;  ///< from the configuration: "turned off", "no toolkit" or "no cuDNN or cuBLASLt"
  std::string architectures;  ///< CMake's names, separated by spaces: "80-virtual 90"
  int built_cuda = 0, built_cudnn = 0, built_cublaslt = 0;
  bool cupti = false;
  bool module_missing = false;  ///< the part for CUDA is not built yet

  // the machine
  bool gpu_on_bus = false;                ///< the PCI bus has an NVIDIA display or 3D controller
  bool driver_library = false;            ///< libcuda.so.1 was found
  int driver_cuda = 0;                    ///< newest CUDA version that the driver supports
  std::string driver_release;             ///< "580.65.06"
  int start_error = 0;                    ///< result of cuInit; 0: success
  std::string visible_devices;            ///< CUDA_VISIBLE_DEVICES, or "unset"
  std::string module_error;               ///< why the CUDA module cannot be loaded
  int cuda = 0, cudnn = 0, cublaslt = 0;  ///< versions of the loaded libraries
  std::vector<GpuFacts> gpus;
};

/// Gathers the facts; never throws. Initialises CUDA if there is a driver.
CudaFacts cuda_facts();

/// A missing or mismatched part, and its remedy: one line each.
struct Finding {
  std::string what, remedy;
};

/// Findings for these facts, those that stop CUDA first; empty if all is well.
std::vector<Finding> findings(const CudaFacts&);

/// Fit of code built for `architectures` on a GPU of this compute capability.
enum class Fit { native, compiled_on_first_use, no };
Fit fit(const std::string& architectures, int major, int minor);

/// 13000 -> "13.0"; for libraries 91900 -> "9.19.0", 130100 -> "13.1.0".
std::string cuda_version_text(int);
std::string library_version_text(int);

}  // namespace gs
