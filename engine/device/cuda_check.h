// cuda_check.h - error check and owned handles of the CUDA runtime, for the engine's .cpp files.
#pragma once
#include <cuda_runtime.h>

#include <string>

#include "engine/core/owned.h"
#include "kernels/common/check.h"

namespace gs {

/// Throws gs::Error with CUDA's own name and text of the error.
inline void check_cuda(cudaError_t error, std::string_view what, source_location where = source_location::current()) {
  if (error != cudaSuccess)
    throw Error(std::string(what) + ": " + cudaGetErrorName(error) + ", " + cudaGetErrorString(error) + " (" +
                to_string(where) + ")");
}

using CudaEvent = Owned<cudaEvent_t, cudaEventDestroy>;
using CudaStream = Owned<cudaStream_t, cudaStreamDestroy>;
using CudaGraph = Owned<cudaGraph_t, cudaGraphDestroy>;
using CudaGraphExec = Owned<cudaGraphExec_t, cudaGraphExecDestroy>;

}  // namespace gs
