// load_cuda.cpp - is there a GPU, and the module that drives it. Needs no header of CUDA: it asks the driver by name.
#include <dlfcn.h>

#include <filesystem>

#include <fmt/format.h>

#include "engine/device/backends.h"
#include "engine/device/load_cuda.h"
#include "kernels/common/check.h"

namespace gs {
namespace {

template <class Function>
Function* symbol(void* library, const char* name) {
  return reinterpret_cast<Function*>(dlsym(library, name));
}

}  // namespace

DriverState ask_driver() {
  DriverState state;
  void* driver = dlopen("libcuda.so.1", RTLD_LAZY | RTLD_LOCAL);
  if (!driver) return state;
  const auto init = symbol<int(unsigned)>(driver, "cuInit");
  const auto version = symbol<int(int*)>(driver, "cuDriverGetVersion");
  const auto count = symbol<int(int*)>(driver, "cuDeviceGetCount");
  if (!init || !version || !count) return state;
  state.library = true;
  if (version(&state.cuda) != 0) state.cuda = 0;
  state.start_error = init(0);
  if (state.start_error == 0 && count(&state.gpus) != 0) state.gpus = 0;
  return state;
}

#if GRIDSTRIDE_WITH_CUDA
namespace {

/// The CUDA version that this build needs of the driver, as cuDriverGetVersion counts: 13.0 is 13000.
constexpr int needed_driver = 13000;

void* cuda_module() {
  void* module = dlopen(GRIDSTRIDE_CUDA_MODULE, RTLD_NOW | RTLD_LOCAL);
  if (!module) throw Error(fmt::format("the cuda device cannot be loaded: {}", dlerror()));
  return module;
}

/// The function of the module, which must be of this very build.
template <class Function>
Function* module_function(const char* name) {
  const auto function = symbol<Function>(cuda_module(), name);
  if (!function) throw Error("the cuda device cannot be loaded: its module is of another build");
  return function;
}

}  // namespace

bool cuda_device_present(std::string* why_not) {
  const auto no = [&](const std::string& reason) {
    if (why_not) *why_not = reason;
    return false;
  };
  const DriverState driver = ask_driver();
  if (!driver.library) return no("this machine has no NVIDIA driver (libcuda.so.1)");
  if (driver.cuda < needed_driver)
    return no(
        fmt::format("the NVIDIA driver supports CUDA {}.{}, this build needs {}.{}: please install a newer driver",
                    driver.cuda / 1000, driver.cuda % 1000 / 10, needed_driver / 1000, needed_driver % 1000 / 10));
  if (driver.gpus < 1) return no("this machine has no GPU that CUDA can use");
  return true;
}

std::unique_ptr<Device> open_cuda(bool tf32) {
  return std::unique_ptr<Device>(module_function<Device*(bool)>("gridstride_open_cuda")(tf32));
}

void ask_cuda_module(CudaFacts& facts) {
  module_function<void(CudaFacts*)>("gridstride_cuda_facts")(&facts);
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
