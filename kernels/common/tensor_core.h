// tensor_core.h - warp-level tensor core instructions: D += A B (mma) and the loads of its operands (ldmatrix).
//
// All 32 lanes of a warp must call them; each lane holds a few elements of every matrix. With g = lane / 4 and
// t = lane % 4 (PTX ISA, "Matrix Fragments for mma.m16n8k8" and "... m16n8k16"):
//
//   d, both       d[0], d[1] = D(g, 2t), D(g, 2t + 1)            d[2], d[3] = D(g + 8, 2t), D(g + 8, 2t + 1)
//   a, m16n8k8    a[0] = A(g, t)   a[1] = A(g + 8, t)   a[2] = A(g, t + 4)   a[3] = A(g + 8, t + 4)
//   b, m16n8k8    b[0] = B(t, g)   b[1] = B(t + 4, g)
//   a, m16n8k16   a[0] = A(g, 2t ..)   a[1] = A(g + 8, 2t ..)   a[2] = A(g, 2t + 8 ..)   a[3] = A(g + 8, 2t + 8 ..)
//   b, m16n8k16   b[0] = B(2t .., g)   b[1] = B(2t + 8 .., g)       a word is two neighbours along k, the first one low
//
// tf32 is a float with 10 bits of mantissa. The instruction ignores the other 13, which truncates: round operands with
// round_to_tf32() first. Products are exact; sums are fp32.
#pragma once
#include "kernels/common/kernel.h"

#ifdef __CUDACC__
namespace gs::GS_TARGET {

__device__ inline void mma_m16n8k8_tf32(float (&d)[4], const std::uint32_t (&a)[4], const std::uint32_t (&b)[2]) {
  asm volatile(
      "mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
      : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}

__device__ inline void mma_m16n8k16_bf16(float (&d)[4], const std::uint32_t (&a)[4], const std::uint32_t (&b)[2]) {
  asm volatile(
      "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
      : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}

/// The nearest tf32, ties away from zero; NaN stays NaN.
__device__ inline std::uint32_t round_to_tf32(float x) {
  std::uint32_t bits;
  asm("cvt.rna.tf32.f32 %0, %1;" : "=r"(bits) : "f"(x));
  return bits;
}

/// Loads four matrices of 8 rows of 16 bytes from shared memory: lane l passes the address of row l % 8 of matrix l / 8
/// (16-byte aligned) and receives word l % 4 of row l / 4 of each. Rows of four floats thus become fragments of
/// m16n8k8, rows of eight bf16 fragments of m16n8k16.
__device__ inline void ldmatrix_x4(std::uint32_t (&r)[4], const void* row) {
  const auto address = static_cast<std::uint32_t>(__cvta_generic_to_shared(row));
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0,%1,%2,%3}, [%4];"
               : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3])
               : "r"(address)
               : "memory");
}

/// Loads and transposes four matrices of 8x8 bf16: lane l receives elements (2 (l % 4), l / 4) and
/// (2 (l % 4) + 1, l / 4) of each, the first one low. For operands whose rows in shared memory run along k.
__device__ inline void ldmatrix_x4_trans(std::uint32_t (&r)[4], const void* row) {
  const auto address = static_cast<std::uint32_t>(__cvta_generic_to_shared(row));
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0,%1,%2,%3}, [%4];"
               : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3])
               : "r"(address)
               : "memory");
}

}  // namespace gs::GS_TARGET
#else
#include "kernels/sim/tensor_core.h"
#endif
