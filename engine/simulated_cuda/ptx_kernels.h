// ptx_kernels.h - nvcc's kernels on the simulated runtime: the PTX in the object files is interpreted.
#pragma once
#include <functional>
#include <string>

namespace gs::simulated_cuda {

/// Called with the text of each kernel file before it is parsed, at the first launch of one of its kernels; what it
/// returns is parsed instead. Tests put faults into kernels that way.
std::function<std::string(std::string ptx)>& rewrite_ptx();

}  // namespace gs::simulated_cuda
