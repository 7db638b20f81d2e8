// tensor_gemm.h - the matrix product of one block on tensor cores: four warps keep a tile of C in registers;
// asynchronous copies fill a ring of stages in shared memory.
//
//   C[m, n] = sum over k in [begin, end) of A(m, k) B(k, n), the factors in tf32 or bf16, the sums in fp32
//
// A and B need not be stored as matrices. Each must consist of groups of 16 contiguous bytes (four floats or eight
// bf16), along k or across it. Contiguous groups form a line:
//
//   using Element = float;                        or bf16, the same for both; floats are rounded to tf32
//   static constexpr bool along_depth;            true if lines run along k (rows of A, columns of B)
//   Line line(int i) const;                       locates line i; i may be past the last one
//   Group group(int j) const;                     locates the group whose first element is j; j may be past the end
//   void copy(Element* to, Line, Group) const;    starts the copy of a group to shared memory; zeros if it is outside
//
// Shared memory keeps lines contiguous, so that an aligned group is one copy of 16 bytes. A thread copies from the same
// lines, or the same group, in every stage: it computes that half of the address once.
#pragma once
#include "kernels/common/parts.h"
#include "kernels/common/tensor_operand.h"

namespace gs::GS_TARGET {

/// A tile of rows x columns for four warps, warps_down of them along the rows.
template <int rows_, int columns_, int warps_down_>
struct TensorTile {
  static constexpr int rows = rows_, columns = columns_, warps_down = warps_down_, warps_across = 4 / warps_down_;
  static constexpr int warp_rows = rows / warps_down, warp_columns = columns / warps_across;
  static constexpr int stages = rows + columns <= 96 ? 3 : 2;  // static shared memory is at most 48 KiB
  static_assert(warp_rows % 16 == 0 && warp_columns % 8 == 0);
};

/// For products without an observer.
struct NothingObserved {
  template <class Element>
  __device__ void operator()(const Element*, int) const {}
};

/// A thread's sums: tile i, j of the warp's 16 x 8 tiles.
template <class Tile>
using TensorSums = float[Tile::warp_rows / 16][Tile::warp_columns / 8][4];

/// The first row and column of the warp's part of a tile.
template <class Tile>
__device__ inline int warp_row() {
  return int(threadIdx.x) / 32 % Tile::warps_down * Tile::warp_rows;
}
template <class Tile>
__device__ inline int warp_column() {
  return int(threadIdx.x) / 32 / Tile::warps_down * Tile::warp_columns;
}

/// Adds the products of the tile whose first element is (m0, n0) to `sums`. Calls observe(stage, pitch) with each stage
/// of A, unrounded, once it has arrived. All `tensor_threads` threads of the block must call it.
template <class Tile, class A, class B, class Observe>
__device__ void tensor_gemm_sums(TensorSums<Tile>& sums, int m0, int n0, int begin, int end, const A& a, const B& b,
                                 const Observe& observe) {
  using OperandA = StagedOperand<A, Tile::rows>;
  using OperandB = StagedOperand<B, Tile::columns>;
  using Element = typename A::Element;
  static_assert(sizeof(Element) == sizeof(typename B::Element));
  __shared__ __align__(16) Element as[Tile::stages][OperandA::elements];
  __shared__ __align__(16) Element bs[Tile::stages][OperandB::elements];
  const OperandA from_a(a, m0);
  const OperandB from_b(b, n0);
  const int m_warp = warp_row<Tile>(), n_warp = warp_column<Tile>();
  constexpr int down = Tile::warp_rows / 16, across = Tile::warp_columns / 8, pair = across % 2 == 0 ? 2 : 1;
  constexpr int depth = stage_depth<Element>, step = step_depth<Element>;

  // One group of copies per stage; stages past the end commit an empty group, so that async_wait's count stays right.
  const auto start = [&](int slot, int k) {
    if (k < end) {
      from_a.start(as[slot], k);
      from_b.start(bs[slot], k);
    }
    async_commit();
  };
  constexpr int ahead = Tile::stages - 1;
#pragma unroll
  for (int s = 0; s < ahead; ++s) start(s, begin + s * depth);
  int slot = 0;
  for (int k0 = begin; k0 < end; k0 += depth) {
    async_wait<ahead - 1>();
    __syncthreads();  // this stage's copies have arrived, and no thread reads the slot that is filled next
    start(slot == 0 ? ahead : slot - 1, k0 + ahead * depth);
    observe(as[slot], OperandA::pitch);
#pragma unroll
    for (int k = 0; k < depth; k += step) {
      if (k0 + k >= end) break;
      std::uint32_t af[down][4], bf[across][2];
#pragma unroll
      for (int i = 0; i < down; ++i) load_a<OperandA>(af[i], as[slot], m_warp + i * 16, k);
#pragma unroll
      for (int j = 0; j < across; j += pair) load_b<OperandB, pair>(&bf[j], bs[slot], n_warp + j * 8, k);
#pragma unroll
      for (int i = 0; i < down; ++i)
#pragma unroll
        for (int j = 0; j < across; ++j) multiply<Element>(sums[i][j], af[i], bf[j]);
    }
    slot = slot == ahead ? 0 : slot + 1;
  }
}

/// Computes the tile whose first element is (m0, n0), then calls finish(m, n, sums) for each pair of columns n, n + 1
/// that the thread holds: sums[i] belongs to row m + 8 i, i < Tile::warp_rows / 8. Some elements may be outside of
/// M x N. `observe` and callers as in tensor_gemm_sums().
template <class Tile, class A, class B, class Observe, class Finish>
__device__ void tensor_gemm_columns(int m0, int n0, int begin, int end, const A& a, const B& b, const Observe& observe,
                                    const Finish& finish) {
  TensorSums<Tile> sums = {};
  tensor_gemm_sums<Tile>(sums, m0, n0, begin, end, a, b, observe);
  constexpr int down = Tile::warp_rows / 16, across = Tile::warp_columns / 8;
  const int lane = int(threadIdx.x) % 32, m = m0 + warp_row<Tile>() + lane / 4;
  const int n = n0 + warp_column<Tile>() + lane % 4 * 2;
#pragma unroll
  for (int j = 0; j < across; ++j) {
    float columns[2 * down][2];
#pragma unroll
    for (int i = 0; i < 4 * down; ++i) columns[i / 2][i % 2] = sums[i / 4][j][i % 4];
    finish(m, n + j * 8, columns);
  }
}

/// tensor_gemm_columns() with bounds checks: calls write(m, n, sums, count) inside M x N, with sums[0] of (m, n) and,
/// if count is 2, sums[1] of (m, n + 1).
template <class Tile, class A, class B, class Observe, class Write>
__device__ void tensor_gemm(int m0, int n0, int M, int N, int begin, int end, const A& a, const B& b,
                            const Observe& observe, const Write& write) {
  tensor_gemm_columns<Tile>(m0, n0, begin, end, a, b, observe,
                            [&](int m, int n, const float(&sums)[Tile::warp_rows / 8][2]) {
                              if (n >= N) return;
#pragma unroll
                              for (int i = 0; i < Tile::warp_rows / 8; ++i)
                                if (m + i * 8 < M) write(m + i * 8, n, sums[i], n + 1 < N ? 2 : 1);
                            });
}

}  // namespace gs::GS_TARGET
