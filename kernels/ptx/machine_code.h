// machine_code.h - registers of kernels, as ptxas allocated them.
#pragma once
#include <map>
#include <string>
#include <string_view>

namespace gs::ptx {

/// Registers per thread of each kernel, by mangled name, from ptxas's ELF file (machine_code_in()). Empty for an empty
/// file; throws PtxError if it is damaged.
std::map<std::string, int> registers_in(std::string_view elf);

}  // namespace gs::ptx
