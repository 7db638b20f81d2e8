// load_cuda.h - queries the driver and the CUDA module without CUDA headers.
#pragma once
#include "engine/device/gpu_choice.h"
#include "engine/device/gpu_facts.h"

namespace gs {

DriverState ask_driver();

/// Loads the module, if it is built, and lets it fill in versions and, if the driver works, the GPUs. Throws gs::Error.
/// Only in builds with CUDA.
void ask_cuda_module(CudaFacts&);

}  // namespace gs
