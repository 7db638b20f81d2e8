// cpu_info.h - model of this machine's CPU, for run headers and records.
#pragma once
#include <string>

namespace gs {

std::string cpu_model();  ///< "AMD EPYC 9B45", as the kernel names it

}  // namespace gs
