// memory.h - device memory, which is open only while work is done.
#pragma once
#include <cstddef>
#include <vector>

#include "kernels/ptx/module.h"

namespace gs::simulated_cuda {

inline constexpr std::size_t memory_bytes = std::size_t(4) << 30;  ///< of each GPU

/// While it lives, the memory of the GPU that is running can be read and written.
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

/// The memory that a kernel may access: of the GPU whose work is done, and pinned memory, each as long as was asked
/// for.
std::vector<ptx::Region> memory_of_kernels();

}  // namespace gs::simulated_cuda
