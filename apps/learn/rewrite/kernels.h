// kernels.h - the kernels that the rewriter has met.
#pragma once
#include <map>
#include <string>

#include "apps/learn/rewrite/source_file.h"

namespace gs::learn {

struct Kernel {
  std::string parameters;  ///< their names: "a,out,n"
  bool has_defaults;       ///< some parameter has a default value
};
using Kernels = std::map<std::string, Kernel, std::less<>>;

/// Reads the declaration that begins with __global__ at token `i`. The first one of a name counts.
void note_kernel(const SourceFile& file, std::size_t i, Kernels& kernels);

/// C++ that tells the program the names of all parameters.
std::string registrations(const Kernels& kernels);

}  // namespace gs::learn
