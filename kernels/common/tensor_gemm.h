// tensor_gemm.h - the matrix product of one block on tensor cores: a tile of C in the registers of four warps, fed
// through a ring of shared memory by asynchronous copies.
//
//   C[m, n] = sum over k in [begin, end) of A(m, k) B(k, n), the factors rounded to tf32, the sums in fp32
//
// A and B need not lie in memory as matrices. What they must have is elements that are neighbours four by four: along
// k, or in the other direction. Across these the elements form lines:
//
//   static constexpr bool along_depth;          the neighbours: along k (a line is a row of A, a column of B), or not
//   Line line(int i) const;                     finds a line; past the last one, too
//   Four four(int j) const;                     finds the first of four neighbours; the same
//   void copy(float* to, Line, Four) const;     starts copying them to shared memory; zeros where there are none
//
// Shared memory keeps lines as lines, so that four neighbours are one copy of 16 bytes where they are aligned. What a
// thread copies lies on the same lines in every stage, or in the same four: that half of the address is found once.
#pragma once
#include "kernels/common/async_copy.h"
#include "kernels/common/tensor_core.h"

namespace gs::GS_TARGET {

inline constexpr int tensor_threads = 128, tensor_depth = 32;  // depth: of a stage

/// A tile of rows x columns for four warps, warps_down of them above each other.
template <int rows_, int columns_, int warps_down_>
struct TensorTile {
  static constexpr int rows = rows_, columns = columns_, warps_down = warps_down_, warps_across = 4 / warps_down_;
  static constexpr int warp_rows = rows / warps_down, warp_columns = columns / warps_across;
  static constexpr int stages = rows + columns <= 96 ? 3 : 2;  // static shared memory ends at 48 KiB
  static_assert(warp_rows % 16 == 0 && warp_columns % 8 == 0);
};

/// How `width` rows of A (columns of B) of one stage lie in shared memory, and which part of them this thread copies.
/// Lines are padded so that the 32 lanes that read a fragment meet 32 banks: lane / 4 moves by 4 banks where lines are
/// rows (36 words), lane % 4 by 8 or 24 where they are k (24, 40 or 72 words).
template <class Matrix, int width>
class StagedOperand {
 public:
  static constexpr int line_floats = Matrix::along_depth ? tensor_depth : width;
  static constexpr int pitch = line_floats + (Matrix::along_depth ? 4 : 8);
  static constexpr int floats = (Matrix::along_depth ? width : tensor_depth) * pitch;

  __device__ StagedOperand(const Matrix& matrix, int first)
      : matrix_(matrix), line_(int(threadIdx.x) / (line_floats / 4)), place_(int(threadIdx.x) % (line_floats / 4) * 4) {
    if constexpr (Matrix::along_depth) {
#pragma unroll
      for (int i = 0; i < pieces; ++i) found_[i] = matrix.line(first + line_ + i * step);
    } else {
      found_[0] = matrix.four(first + place_);
    }
  }

  /// Starts the copies of the stage whose first k is `k`.
  __device__ void start(float* stage, int k) const {
    float* to = stage + line_ * pitch + place_;
    if constexpr (Matrix::along_depth) {
      const auto four = matrix_.four(k + place_);
#pragma unroll
      for (int i = 0; i < pieces; ++i) matrix_.copy(to + i * step * pitch, found_[i], four);
    } else {
#pragma unroll
      for (int i = 0; i < pieces; ++i)
        matrix_.copy(to + i * step * pitch, matrix_.line(k + line_ + i * step), found_[0]);
    }
  }

 private:
  static constexpr int pieces = width * tensor_depth / 4 / tensor_threads;  // of four floats, for each thread
  static constexpr int step = tensor_threads / (line_floats / 4);           // lines between them
  static_assert(pieces * tensor_threads * 4 == width * tensor_depth);

  template <class M, bool lines>
  struct Half {
    using type = typename M::Line;
  };
  template <class M>
  struct Half<M, false> {
    using type = typename M::Four;
  };
  const Matrix& matrix_;
  int line_, place_;
  typename Half<Matrix, Matrix::along_depth>::type found_[Matrix::along_depth ? pieces : 1];
};

/// Rounds what was read as raw bits.
template <int n>
__device__ inline void round_fragment(std::uint32_t (&bits)[n]) {
#pragma unroll
  for (int i = 0; i < n; ++i) bits[i] = round_to_tf32(__uint_as_float(bits[i]));
}

/// A(m .. m + 15, k .. k + 7) out of a stage.
template <class Operand, bool along_depth>
__device__ inline void load_a(std::uint32_t (&a)[4], const float* stage, int m, int k) {
  const int lane = int(threadIdx.x) % 32;
  if constexpr (along_depth) {
    ldmatrix_x4(a, stage + (m + lane % 16) * Operand::pitch + k + lane / 16 * 4);
  } else {
    const float* at = stage + (k + lane % 4) * Operand::pitch + m + lane / 4;
#pragma unroll
    for (int i = 0; i < 4; ++i) a[i] = __float_as_uint(at[i / 2 * 4 * Operand::pitch + i % 2 * 8]);
  }
  round_fragment(a);
}

/// B(k .. k + 7, n .. n + 7), and the same 8 columns further on where `count` is 2.
template <class Operand, bool along_depth, int count>
__device__ inline void load_b(std::uint32_t (*b)[2], const float* stage, int n, int k) {
  const int lane = int(threadIdx.x) % 32;
  if constexpr (along_depth) {
    static_assert(count == 2, "ldmatrix_x4 brings two fragments of B at once");
    std::uint32_t both[4];
    ldmatrix_x4(both, stage + (n + lane / 16 * 8 + lane % 8) * Operand::pitch + k + lane / 8 % 2 * 4);
    b[0][0] = both[0], b[0][1] = both[1], b[1][0] = both[2], b[1][1] = both[3];
  } else {
    const float* at = stage + (k + lane % 4) * Operand::pitch + n + lane / 4;
#pragma unroll
    for (int j = 0; j < count; ++j)
#pragma unroll
      for (int i = 0; i < 2; ++i) b[j][i] = __float_as_uint(at[i * 4 * Operand::pitch + j * 8]);
  }
#pragma unroll
  for (int j = 0; j < count; ++j) round_fragment(b[j]);
}

/// Runs the product for the tile whose first element is (m0, n0), then calls write(m, n, sum) for its elements inside M
/// x N. observe(stage, pitch) sees each stage of A, unrounded, when it has arrived. All `tensor_threads` threads of the
/// block must call it.
template <class Tile, class A, class B, class Observe, class Write>
__device__ void tensor_gemm(int m0, int n0, int M, int N, int begin, int end, const A& a, const B& b,
                            const Observe& observe, const Write& write) {
  using OperandA = StagedOperand<A, Tile::rows>;
  using OperandB = StagedOperand<B, Tile::columns>;
  __shared__ __align__(16) float as[Tile::stages][OperandA::floats];
  __shared__ __align__(16) float bs[Tile::stages][OperandB::floats];
  const OperandA from_a(a, m0);
  const OperandB from_b(b, n0);
  const int warp = int(threadIdx.x) / 32, lane = int(threadIdx.x) % 32;
  const int m_warp = warp % Tile::warps_down * Tile::warp_rows, n_warp = warp / Tile::warps_down * Tile::warp_columns;
  constexpr int down = Tile::warp_rows / 16, across = Tile::warp_columns / 8, pair = across % 2 == 0 ? 2 : 1;
  float sums[down][across][4] = {};

  // The copies of a stage are a group; a stage that does not exist is an empty one, which keeps the count.
  const auto start = [&](int slot, int k) {
    if (k < end) {
      from_a.start(as[slot], k);
      from_b.start(bs[slot], k);
    }
    async_commit();
  };
  constexpr int ahead = Tile::stages - 1;
#pragma unroll
  for (int s = 0; s < ahead; ++s) start(s, begin + s * tensor_depth);
  int slot = 0;
  for (int k0 = begin; k0 < end; k0 += tensor_depth) {
    async_wait<ahead - 1>();
    __syncthreads();  // all threads' copies of this stage have arrived; nobody reads the slot that is filled next
    start(slot == 0 ? ahead : slot - 1, k0 + ahead * tensor_depth);
    observe(as[slot], OperandA::pitch);
#pragma unroll
    for (int k = 0; k < tensor_depth; k += 8) {
      if (k0 + k >= end) break;
      std::uint32_t af[down][4], bf[across][2];
#pragma unroll
      for (int i = 0; i < down; ++i) load_a<OperandA, A::along_depth>(af[i], as[slot], m_warp + i * 16, k);
#pragma unroll
      for (int j = 0; j < across; j += pair)
        load_b<OperandB, B::along_depth, pair>(&bf[j], bs[slot], n_warp + j * 8, k);
#pragma unroll
      for (int i = 0; i < down; ++i)
#pragma unroll
        for (int j = 0; j < across; ++j) mma_m16n8k8_tf32(sums[i][j], af[i], bf[j]);
    }
    slot = slot == ahead ? 0 : slot + 1;
  }
#pragma unroll
  for (int i = 0; i < down; ++i)
#pragma unroll
    for (int j = 0; j < across; ++j)
#pragma unroll
      for (int e = 0; e < 4; ++e) {
        const int m = m0 + m_warp + i * 16 + lane / 4 + e / 2 * 8, n = n0 + n_warp + j * 8 + lane % 4 * 2 + e % 2;
        if (m < M && n < N) write(m, n, sums[i][j][e]);
      }
}

}  // namespace gs::GS_TARGET
