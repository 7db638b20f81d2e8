// cpu_info.h - what this machine's CPU is, for headers of runs and records.
#pragma once
#include <string>

namespace gs {

std::string cpu_model();         ///< "AMD EPYC 9B45", as the kernel names it
std::string cpu_vector_width();  ///< "AVX-512", "AVX2", "SSE2", "NEON" or "scalar": the widest the CPU has
int cpu_cores();                 ///< logical cores that this process may use

}  // namespace gs
