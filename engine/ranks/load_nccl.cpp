// load_nccl.cpp - loads the module of nccl_exchanges.cpp.
#include "engine/core/error.h"
#include "engine/ranks/nccl_module.h"
#if GRIDSTRIDE_WITH_NCCL
#include <dlfcn.h>

#include "engine/core/load_module.h"
#endif

namespace gs {

const NcclModule& nccl_module() {
#if GRIDSTRIDE_WITH_NCCL
  using Functions = const NcclModule*();
  void* const handle = load_module(GRIDSTRIDE_NCCL_MODULE, "the module for several GPUs", "cuda");
  return *reinterpret_cast<Functions*>(dlsym(handle, "gridstride_nccl"))();
#else
  throw UsageError(
      "several ranks train on GPUs, but this build has no NCCL: install NVIDIA's libnccl-dev, then build again");
#endif
}

}  // namespace gs
