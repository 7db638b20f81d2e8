// ptx_kernels.h - nvcc's kernels on the simulated runtime, which interprets the PTX in the object files.
#pragma once
#include <functional>
#include <string>

namespace gs::simulated_cuda {

/// Hook that receives the PTX of a kernel file at the first launch of one of its kernels, and returns the text to
/// parse. Tests use it to inject faults.
std::function<std::string(std::string ptx)>& rewrite_ptx();

}  // namespace gs::simulated_cuda
