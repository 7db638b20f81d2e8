// cpu_info.h - model and vector width of this machine's CPU, for run headers and records.
#pragma once
#include <string>

namespace gs {

std::string cpu_model();         ///< "AMD EPYC 9B45", as the kernel names it
std::string cpu_vector_width();  ///< "AVX-512", "AVX2", "SSE2", "NEON" or "scalar": the widest the CPU has

}  // namespace gs
