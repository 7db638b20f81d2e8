// cuda_tracing.cpp - loads the module of profile/cupti_tracer.cpp.
#include "engine/device/cuda_tracing.h"

#include <dlfcn.h>

#include "engine/core/load_module.h"

namespace gs {

std::shared_ptr<KernelTracer> open_cupti([[maybe_unused]] const SmLimits& limits, std::string& why_not) {
#if GRIDSTRIDE_WITH_CUPTI
  void* module = dlopen(module_file(GRIDSTRIDE_CUPTI_MODULE).c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!module) {
    why_not = std::string("CUPTI cannot be loaded: ") + dlerror();
    return nullptr;
  }
  using Open = KernelTracer*(const SmLimits&, std::string&);
  const auto open = reinterpret_cast<Open*>(dlsym(module, "gridstride_open_cupti"));
  if (open) return std::shared_ptr<KernelTracer>(open(limits, why_not));
  why_not = "CUPTI cannot be loaded: its module belongs to another build";
#else
  why_not = "this build has no CUPTI";
#endif
  return nullptr;
}

}  // namespace gs
