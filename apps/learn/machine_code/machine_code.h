// machine_code.h - a learner's file as nvcc compiles it.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "apps/learn/machine_code/disassembly.h"

namespace gs::learn {

/// The GPU that files are compiled for.
inline constexpr const char* machine_architecture = "sm_90";

struct MachineCode {
  std::vector<MachineKernel> kernels;
  /// One line: why there is no code; empty if there is.
  std::string why_not;
  bool refused = false;  ///< nvcc is there and does not accept the file
};

/// Calls nvcc and nvdisasm; what they say is kept in the user's cache until the file changes. A file that includes
/// others by "..." is compiled each time.
MachineCode machine_code_of(const std::filesystem::path& file);

/// The PTX of the file. Throws gs::Error with one line if there is no nvcc or if it refuses the file.
std::string ptx_of(const std::filesystem::path& file);

}  // namespace gs::learn
