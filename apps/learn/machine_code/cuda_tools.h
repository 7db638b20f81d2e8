// cuda_tools.h - finds NVIDIA's compiler and disassembler, which need no GPU.
#pragma once
#include <string>

namespace gs::learn {

struct CudaTools {
  std::string nvcc, nvdisasm;  ///< the programs' paths; empty: not there
};

/// Looks in PATH, in /usr/local/cuda, and where pip installs packages. With GRIDSTRIDE_CUDA=0 there are none.
CudaTools cuda_tools();

/// One line: which of the tools are missing, and where they come from. Empty if both are there.
std::string missing_tools(const CudaTools&);

}  // namespace gs::learn
