// fat_binary.h - what nvcc puts into object files: PTX, and machine code beside it.
#pragma once
#include <string_view>

namespace gs::ptx {

/// The PTX in a fat binary with the highest target up to `architecture` (90: sm_90). Throws PtxError if it has none,
/// has only compressed PTX, or is damaged.
std::string_view ptx_in(const void* fat_binary, int architecture);

/// ptxas's machine code for exactly `architecture`, an ELF file; empty if there is none. Throws PtxError if the fat
/// binary is damaged.
std::string_view machine_code_in(const void* fat_binary, int architecture);

}  // namespace gs::ptx
