// broken_case.h - rows of the tables of broken kernels: each a kernel with one mistake, a template over whether it is
// broken. The lines that a message must name are marked "// at <case>: <what>"; the tests look the marks up (marks.h).
#pragma once
#include "kernels/common/kernel.h"
#include "tests/sim/cases.h"

namespace gs::GS_TARGET {

inline constexpr int threads = 64;
inline const Geometry one_block(1, threads), one_warp(1, 32), four_blocks(4, threads);
inline const Geometry with_shared(1, threads, threads * sizeof(float)), programmatic(1, threads, 0, true);

}  // namespace gs::GS_TARGET

/// Launches the broken or the corrected instance.
#define GS_EITHER(kernel, geometry, ...)             \
  if (broken)                                        \
    launch<kernel<true>>(geometry, {}, __VA_ARGS__); \
  else                                               \
    launch<kernel<false>>(geometry, {}, __VA_ARGS__)
#define GS_CASE(kernel, geometry, ...)                                                                             \
  {                                                                                                                \
#kernel, [](float* y, [[maybe_unused]] float* host, bool broken) { GS_EITHER(kernel, geometry, __VA_ARGS__); } \
  }
