// fat_binary.h - the PTX that nvcc puts into object files beside the machine code.
#pragma once
#include <string_view>

namespace gs::ptx {

/// The text for the newest GPU that is not newer than `architecture` (90: sm_90) among those of a fat binary. Throws
/// PtxError where there is none, or where it is compressed.
std::string_view ptx_in(const void* fat_binary, int architecture);

}  // namespace gs::ptx
