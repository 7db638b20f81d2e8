// cuda_module.h - the one function of the module that holds everything of CUDA: kernels, cuDNN, cuBLASLt. A program
// that trains on the CPU never loads it: the vendor's libraries alone take 150 MB and a tenth of a second to load.
#pragma once
#include "engine/device/device.h"

/// A new device on the first GPU, owned by the caller. Throws gs::Error.
extern "C" gs::Device* gridstride_open_cuda(bool tf32);
