// placement.h - the files that gridstride-learn needs when it runs. Two files that CMake writes define this: one for
// the build folder, and one for an installed program, which finds them from its own place.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

namespace gs::learn {

struct Placement {
  std::filesystem::path sources;   ///< has kernels/, with the headers
  std::filesystem::path programs;  ///< has exercises/, bugs/, ladders/
  std::filesystem::path library;   ///< the simulator and CUDA's runtime API
  /// A header, compiled ahead (NAME.gch) with compiler_flags(). Empty: none yet.
  std::filesystem::path header;
};
const Placement& placement();

/// The compiler and the flags for a learner's file, without the folders of headers.
std::vector<std::string> compiler_flags();

}  // namespace gs::learn
