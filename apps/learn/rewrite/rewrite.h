// rewrite.h - a CUDA source file, with the headers beside it, as C++ for the simulator.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

namespace gs::learn {

/// A file as its author wrote it, and what it becomes.
struct RewrittenFile {
  std::filesystem::path original, copy;
  std::string text;  ///< for the copy
};

/// `file` with what is not C++ replaced by what kernels/sim/textbook/ has for it:
///
///     kernel<<<grid, block>>>(a, n)        a call of launch()
///     extern __shared__ float tile[];      a pointer to the block's dynamic shared memory
///     __shared__ float tile[32];           the same, and then its name for messages
///     __device__ float sum;                the same, and then its name
///     __global__ void kernel(float* a)     the same, and the names of its parameters at the end of the file
///     #include "mine.cuh"                  the copy of a file that stands where the including file says
///
/// The copies lie in `folder`; the first one is that of `file`. Every other token keeps its line and column, so that
/// messages of the compiler and of the checker are right. Throws WrongSource for a launch that has no end, gs::Error if
/// a file cannot be read.
std::vector<RewrittenFile> rewritten(const std::filesystem::path& file, const std::filesystem::path& folder);

}  // namespace gs::learn
