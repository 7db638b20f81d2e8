// cuda_module.h - the functions of the module that holds everything of CUDA: kernels, cuDNN, cuBLASLt. A program
// that trains on the CPU never loads it: the vendor's libraries alone take 150 MB and a tenth of a second to load.
#pragma once
#include "engine/device/device.h"
#include "engine/device/gpu_facts.h"

/// A new device on the GPU of that number, owned by the caller. Throws gs::Error.
extern "C" gs::Device* gridstride_open_cuda(int gpu, bool tf32);

/// Does every call for a GPU that this process has opened fail, because a kernel did what it may not?
extern "C" bool gridstride_cuda_lost();

/// Fills in what the build was made with, the versions of the libraries that are loaded, and the GPUs where the driver
/// works. Never throws.
extern "C" void gridstride_cuda_facts(gs::CudaFacts*);
