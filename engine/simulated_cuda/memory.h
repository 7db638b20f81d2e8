// memory.h - device memory, which is accessible only while work runs.
#pragma once
#include <cstddef>
#include <vector>

#include "kernels/ptx/module.h"

namespace gs::simulated_cuda {

inline constexpr std::size_t memory_bytes = std::size_t(4) << 30;  ///< per GPU

/// While it lives, the memory of a GPU, by default the running one, can be read and written.
class OpenMemory {
 public:
  OpenMemory();
  explicit OpenMemory(int gpu);
  ~OpenMemory();
  OpenMemory(const OpenMemory&) = delete;
  OpenMemory& operator=(const OpenMemory&) = delete;

 private:
  int gpu_;
};

/// The memory that a kernel may access: that of the running GPU and pinned memory, each with its requested size.
std::vector<ptx::Region> memory_of_kernels();

}  // namespace gs::simulated_cuda
