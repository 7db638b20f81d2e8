// vectors.h - the vectors of the CPU that the host kernels are compiled for.
#pragma once
#include <string_view>

namespace gs::host {

/// "AVX-512", "AVX2", "SSE4.2", "SSE2", "NEON" or "scalar"; "none" in a program without these kernels.
std::string_view vectors();

}  // namespace gs::host
