// fat_binary.h - the PTX that nvcc puts into object files beside the machine code.
#pragma once
#include <string_view>

namespace gs::ptx {

/// The PTX in a fat binary with the highest target up to `architecture` (90: sm_90). Throws PtxError if it has none,
/// has only compressed PTX, or is damaged.
std::string_view ptx_in(const void* fat_binary, int architecture);

}  // namespace gs::ptx
