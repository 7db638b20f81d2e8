// load_cuda.cpp - is there a GPU, and the module that drives it. Needs no header of CUDA: it asks the driver by name.
#include <dlfcn.h>

#include <filesystem>

#include <fmt/format.h>

#include "engine/device/backends.h"
#include "kernels/common/check.h"

namespace gs {

#if GRIDSTRIDE_WITH_CUDA
namespace {

/// The CUDA version that this build needs of the driver, as cuDriverGetVersion counts: 13.0 is 13000.
constexpr int needed_driver = 13000;

template <class Function>
Function* symbol(void* library, const char* name) {
  return reinterpret_cast<Function*>(dlsym(library, name));
}

}  // namespace

bool cuda_device_present(std::string* why_not) {
  const auto no = [&](const std::string& reason) {
    if (why_not) *why_not = reason;
    return false;
  };
  void* driver = dlopen("libcuda.so.1", RTLD_LAZY | RTLD_LOCAL);
  if (!driver) return no("this machine has no NVIDIA driver (libcuda.so.1)");
  const auto init = symbol<int(unsigned)>(driver, "cuInit");
  const auto version = symbol<int(int*)>(driver, "cuDriverGetVersion");
  const auto count = symbol<int(int*)>(driver, "cuDeviceGetCount");
  if (!init || !version || !count) return no("libcuda.so.1 is no NVIDIA driver");
  int number = 0;
  if (version(&number) != 0 || number < needed_driver)
    return no(
        fmt::format("the NVIDIA driver supports CUDA {}.{}, this build needs {}.{}: please install a newer driver",
                    number / 1000, number % 1000 / 10, needed_driver / 1000, needed_driver % 1000 / 10));
  if (init(0) != 0 || count(&number) != 0 || number < 1) return no("this machine has no GPU that CUDA can use");
  return true;
}

std::unique_ptr<Device> open_cuda(bool tf32) {
  void* module = dlopen(GRIDSTRIDE_CUDA_MODULE, RTLD_NOW | RTLD_LOCAL);
  if (!module) throw Error(fmt::format("the cuda device cannot be loaded: {}", dlerror()));
  const auto open = symbol<Device*(bool)>(module, "gridstride_open_cuda");
  if (!open) throw Error("the cuda device cannot be loaded: its module is of another build");
  return std::unique_ptr<Device>(open(tf32));
}
#else
bool cuda_device_present(std::string* why_not) {
  if (why_not) *why_not = "this build has no CUDA; install the CUDA toolkit with cuDNN and cuBLASLt, and build again";
  return false;
}

std::unique_ptr<Device> open_cuda(bool) {
  throw Error("this build has no CUDA");
}
#endif

}  // namespace gs
