// latency.h - cycles from an instruction to one that needs its result.
#pragma once
#include <cstdint>
#include <string_view>

#include "kernels/ptx/types.h"

namespace gs::ptx {

/// Cycles on an H100 or H200, rounded: measured by Luo et al. (2024, arXiv 2402.13499; 2025, arXiv 2501.12084) for
/// memory, tensor cores and barriers, and by Jia et al. (2018, arXiv 1804.06826) for arithmetic, which has not changed
/// since. ptxas may need several instructions where PTX has one (division, conversion to tf32); these have the sum.
inline constexpr std::uint16_t arithmetic_cycles = 4;
inline constexpr std::uint16_t conversion_cycles = 8;
inline constexpr std::uint16_t special_function_cycles = 20;  ///< ex2, rcp, rsqrt, ...
inline constexpr std::uint16_t division_cycles = 60;
inline constexpr std::uint16_t tensor_core_cycles = 33;  ///< mma.m16n8k8 of tf32, mma.m16n8k16 of bf16
inline constexpr std::uint16_t shuffle_cycles = 23;
inline constexpr std::uint16_t constant_cycles = 8;
inline constexpr std::uint16_t shared_cycles = 29;
inline constexpr std::uint16_t global_cycles = 263;  ///< from L2: what a step's kernels pass on lies there
inline constexpr std::uint16_t barrier_cycles = 20;
inline constexpr std::uint16_t fence_cycles = global_cycles;  ///< at least: until L2 has acknowledged what was written

/// False for stores, branches, barriers, fences, copies, calls.
bool has_result(std::string_view opcode);
/// By the opcode's first word; `space`: of a load. 0 for what ptxas drops (mov, cvta, ld.param) and
/// what has no result, but for fences: nothing after one begins before its end.
std::uint16_t latency_of(std::string_view opcode, Space space);

}  // namespace gs::ptx
