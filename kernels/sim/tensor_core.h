// tensor_core.h - the simulator's version of kernels/common/tensor_core.h: the lanes of a warp meet, then the runtime
// computes for all of them (tensor_core.cpp).
#pragma once
#include <bit>

#include "kernels/sim/runtime.h"

namespace gs::GS_TARGET {

inline void mma_m16n8k8_tf32(float (&d)[4], const std::uint32_t (&a)[4], const std::uint32_t (&b)[2],
                             simulator::Place where = simulator::Place::current()) {
  simulator::mma_m16n8k8_tf32(d, a, b, where);
}
inline void mma_m16n8k16_bf16(float (&d)[4], const std::uint32_t (&a)[4], const std::uint32_t (&b)[2],
                              simulator::Place where = simulator::Place::current()) {
  simulator::mma_m16n8k16_bf16(d, a, b, where);
}

/// The nearest tf32, ties away from zero; NaN becomes the GPU's canonical NaN.
constexpr std::uint32_t round_to_tf32(float x) {
  const auto bits = std::bit_cast<std::uint32_t>(x);
  if ((bits & 0x7fffffffu) > 0x7f800000u) return 0x7fffffffu;
  return (bits + 0x1000u) & ~0x1fffu;  // adds half of the last bit kept; infinity has no low bits that could carry
}

// Always inlined, so that the race checker names the kernel's line for the row.
__forceinline__ void read_row(std::uint32_t (&words)[4], const void* row) {
  using Word __attribute__((may_alias)) = std::uint32_t;
  if (reinterpret_cast<std::uintptr_t>(row) % 16 != 0) simulator::fail("ldmatrix_x4: a row is not 16-byte aligned");
  simulator::count_whole(simulator::WholeAccess::shared_load, row, 16);
  for (int i = 0; i < 4; ++i) words[i] = static_cast<const Word*>(row)[i];
}
__forceinline__ void ldmatrix_x4(std::uint32_t (&r)[4], const void* row,
                                 simulator::Place where = simulator::Place::current()) {
  std::uint32_t words[4];
  read_row(words, row);
  simulator::ldmatrix_x4(r, words, where);
}
__forceinline__ void ldmatrix_x4_trans(std::uint32_t (&r)[4], const void* row,
                                       simulator::Place where = simulator::Place::current()) {
  std::uint32_t words[4];
  read_row(words, row);
  simulator::ldmatrix_x4_trans(r, words, where);
}

}  // namespace gs::GS_TARGET
