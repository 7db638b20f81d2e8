// rewrite.h - a CUDA source file as C++ for the simulator.
#pragma once
#include <string>
#include <string_view>

namespace gs::learn {

/// `source` with what is not C++ replaced by what kernels/sim/textbook/ has for it:
///
///     kernel<<<grid, block>>>(a, n)        a call of launch()
///     extern __shared__ float tile[];      a pointer to the block's dynamic shared memory
///     __shared__ float tile[32];           the same, and then its name for messages
///     __device__ float sum;                the same, and then its name
///     __global__ void kernel(float* a)     the same, and the names of its parameters at the end of the file
///
/// Every other token keeps its line and column, so that messages of the compiler and of the checker are right. `file`:
/// its name in messages. Throws gs::Error, "FILE:LINE:COLUMN: ...", for a launch that has no end.
std::string rewritten(std::string_view source, std::string_view file);

}  // namespace gs::learn
