// cuda_module.h - entry points of the CUDA module: kernels, cuDNN and cuBLASLt. Training on the CPU never loads it: the
// vendor's libraries alone take 150 MB and a tenth of a second to load.
#pragma once
#include "engine/device/device.h"
#include "engine/device/gpu_facts.h"

/// Opens GPU number `gpu`; the caller owns the device. Throws gs::Error.
extern "C" gs::Device* gridstride_open_cuda(int gpu, bool tf32);

/// True if a GPU opened by this process has failed: after an illegal access in a kernel every call for it fails.
extern "C" bool gridstride_cuda_lost();

/// Fills in the versions of the build and of the loaded libraries, and the GPUs if the driver works. Never throws.
extern "C" void gridstride_cuda_facts(gs::CudaFacts*);
