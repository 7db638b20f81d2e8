// load_cuda.h - the driver and the module that holds everything of CUDA, asked without a header of CUDA.
#pragma once
#include "engine/device/gpu_facts.h"

namespace gs {

struct DriverState {
  bool library = false;  ///< libcuda.so.1 is there
  int cuda = 0;          ///< the newest CUDA that it knows: 13.0 is 13000
  int start_error = 0;   ///< what cuInit returned
  int gpus = 0;
};
DriverState ask_driver();

/// Loads the module and lets it fill in versions and, where the driver works, the GPUs. Throws gs::Error. Only in
/// builds with CUDA.
void ask_cuda_module(CudaFacts&);

}  // namespace gs
