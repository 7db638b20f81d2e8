// load_cuda.cpp - queries the driver and loads the CUDA module. Needs no CUDA header: driver functions are looked up by
// name.
#include <dlfcn.h>

#include <filesystem>

#include <fmt/format.h>

#include "engine/core/load_module.h"
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
  const auto get = symbol<int(int*, int)>(driver, "cuDeviceGet");
  const auto attribute = symbol<int(int*, int, int)>(driver, "cuDeviceGetAttribute");
  const auto name = symbol<int(char*, int, int)>(driver, "cuDeviceGetName");
  if (!init || !version || !count || !get || !attribute || !name) return state;
  state.library = true;
  if (version(&state.cuda) != 0) state.cuda = 0;
  state.start_error = init(0);
  int gpus = 0;
  if (state.start_error != 0 || count(&gpus) != 0) return state;
  for (int i = 0; i < gpus; ++i) {
    // CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR and _MINOR
    constexpr int major = 75, minor = 76;
    DriverGpu gpu;
    int handle = 0;
    char text[256] = "";
    if (get(&handle, i) == 0) {
      attribute(&gpu.major, major, handle);
      attribute(&gpu.minor, minor, handle);
      name(text, int(sizeof text), handle);
    }
    gpu.name = text;
    state.gpus.push_back(std::move(gpu));
  }
  return state;
}

#if GRIDSTRIDE_WITH_CUDA
namespace {

/// Function of the CUDA module. Throws gs::Error if the module is missing or from another build.
template <class Function>
Function* module_function(const char* name) {
  return symbol<Function>(load_module(GRIDSTRIDE_CUDA_MODULE, "the cuda device", "cuda"), name);
}

}  // namespace

std::string why_no_cuda(int gpu) {
  const std::string why_not =
      why_not_gpu(ask_driver(), {GRIDSTRIDE_CUDA_VERSION, GRIDSTRIDE_CUDA_ARCHITECTURES}, gpu, visible_devices());
  return why_not.empty() && module_file(GRIDSTRIDE_CUDA_MODULE).empty() ? how_to_build("the cuda device", "cuda")
                                                                        : why_not;
}

std::unique_ptr<Device> open_cuda(int gpu, bool tf32) {
  return std::unique_ptr<Device>(module_function<Device*(int, bool)>("gridstride_open_cuda")(gpu, tf32));
}

bool cuda_lost() {
  const std::string file = module_file(GRIDSTRIDE_CUDA_MODULE);
  if (file.empty() || !dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NOLOAD)) return false;
  return module_function<bool()>("gridstride_cuda_lost")();
}

void ask_cuda_module(CudaFacts& facts) {
  facts.built_cuda = GRIDSTRIDE_CUDA_VERSION;
  facts.module_missing = module_file(GRIDSTRIDE_CUDA_MODULE).empty();
  if (facts.module_missing) return;
  module_function<void(CudaFacts*)>("gridstride_cuda_facts")(&facts);
}
#else
std::string why_no_cuda(int) {
  return "this build has no CUDA; install the CUDA toolkit with cuDNN and cuBLASLt, and build again";
}

std::unique_ptr<Device> open_cuda(int, bool) {
  throw Error("this build has no CUDA");
}

bool cuda_lost() {
  return false;
}
#endif

}  // namespace gs
