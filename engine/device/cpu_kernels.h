// cpu_kernels.h - the own kernels of `cpu`. A build for one machine has them once. One for any machine
// (GRIDSTRIDE_CPU=any) has them for vectors of three widths: the narrowest in the program, the wider ones in modules.
#pragma once
#include <string_view>
#include <vector>

#include "kernels/common/registry.h"

namespace gs {

/// The vectors of the kernels that `cpu` uses, "AVX2": the widest that were built and this CPU has, or those that the
/// environment variable GRIDSTRIDE_VECTORS names. The same throughout a process. Throws UsageError if the variable
/// names none of this program's or none of this CPU's.
std::string_view cpu_vectors();

/// Those kernels. Throws as cpu_vectors(); gs::Error if the CPU has the vectors of no build, or if a module is not
/// there.
const Registry& cpu_kernels();

/// One build of the kernels.
struct CpuBuild {
  std::string_view vectors;
  bool runs_here;      ///< the CPU has these vectors
  const char* module;  ///< its file in the build folder; null: the program itself
};

/// The build to use of `builds`, by descending width, on a CPU called `cpu`: the last if none runs here. `wanted` is
/// the value of GRIDSTRIDE_VECTORS, null or empty if it is not set. Throws as cpu_vectors().
const CpuBuild& choose_cpu_build(const std::vector<CpuBuild>& builds, const char* wanted, std::string_view cpu);

}  // namespace gs
