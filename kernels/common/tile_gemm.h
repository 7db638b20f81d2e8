// tile_gemm.h - the matrix product of one block: 256 threads keep a 64x64 tile of C in registers and read A and B
// through shared memory.
//
//   C[m, n] = sum over k in [k_begin, k_end) of A(m, k) B(k, n)
//
// A and B are functions, so the same code serves plain matrices, transposed ones and the windows of a convolution
// (implicit GEMM: the matrix of windows is never stored). Elements outside of the matrix are 0. Every value in shared
// memory is used 64 times; each thread keeps 4x4 sums, so one k costs two 16-byte reads of shared memory for 16
// multiply-adds.
#pragma once
#include "kernels/common/kernel.h"

namespace gs::GS_TARGET {

inline constexpr int tile = 64, tile_depth = 16, tile_threads = 256;
inline constexpr int tile_blocks = 2;  ///< minimum per SM: left alone, ptxas spills

/// The index of a factor along which adjacent threads fetch. Choose the one along which elements are contiguous in
/// memory, so that a warp reads few sectors.
enum class Fetch { along_depth, along_tile };

/// Computes the tile whose first element is (m0, n0), then calls finish(m, n, sums) with each thread's 4x4 sums, the
/// first of element (m, n); some may be outside of M x N. All `tile_threads` threads of the block must call it.
template <Fetch fetch_a = Fetch::along_depth, Fetch fetch_b = Fetch::along_tile, class A, class B, class Finish>
__device__ void tile_gemm_squares(std::int64_t m0, std::int64_t n0, std::int64_t M, std::int64_t N,
                                  std::int64_t k_begin, std::int64_t k_end, const A& a, const B& b,
                                  const Finish& finish) {
  // Padded: 16 threads that write a column (along the depth) hit each bank twice at most; rows stay 16-byte aligned.
  __shared__ __align__(16) float as[tile_depth][tile + 4];
  __shared__ __align__(16) float bs[tile_depth][tile + 4];
  const int thread = int(threadIdx.x), row = thread / 16 * 4, column = thread % 16 * 4;
  float sums[4][4] = {};
  for (std::int64_t k0 = k_begin; k0 < k_end; k0 += tile_depth) {
#pragma unroll
    for (int e = thread; e < tile * tile_depth; e += tile_threads) {
      const bool a_deep = fetch_a == Fetch::along_depth, b_deep = fetch_b == Fetch::along_depth;
      const int m = a_deep ? e / tile_depth : e % tile, k = a_deep ? e % tile_depth : e / tile;
      as[k][m] = m0 + m < M && k0 + k < k_end ? a(m0 + m, k0 + k) : 0.0f;
      const int n = b_deep ? e / tile_depth : e % tile, kb = b_deep ? e % tile_depth : e / tile;
      bs[kb][n] = n0 + n < N && k0 + kb < k_end ? b(k0 + kb, n0 + n) : 0.0f;
    }
    __syncthreads();
#pragma unroll
    for (int k = 0; k < tile_depth; ++k) {
      const float4 a4 = *reinterpret_cast<const float4*>(&as[k][row]);
      const float4 b4 = *reinterpret_cast<const float4*>(&bs[k][column]);
      const float av[4] = {a4.x, a4.y, a4.z, a4.w}, bv[4] = {b4.x, b4.y, b4.z, b4.w};
#pragma unroll
      for (int i = 0; i < 4; ++i)
#pragma unroll
        for (int j = 0; j < 4; ++j) sums[i][j] += av[i] * bv[j];
    }
    __syncthreads();
  }
  finish(m0 + row, n0 + column, sums);
}

/// tile_gemm_squares() with bounds checks: calls write(m, n, sum) for each element inside M x N.
template <Fetch fetch_a = Fetch::along_depth, Fetch fetch_b = Fetch::along_tile, class A, class B, class Write>
__device__ void tile_gemm(std::int64_t m0, std::int64_t n0, std::int64_t M, std::int64_t N, std::int64_t k_begin,
                          std::int64_t k_end, const A& a, const B& b, const Write& write) {
  const auto finish = [&](std::int64_t m, std::int64_t n, const float(&sums)[4][4]) {
#pragma unroll
    for (int i = 0; i < 4; ++i)
#pragma unroll
      for (int j = 0; j < 4; ++j)
        if (m + i < M && n + j < N) write(m + i, n + j, sums[i][j]);
  };
  tile_gemm_squares<fetch_a, fetch_b>(m0, n0, M, N, k_begin, k_end, a, b, finish);
}

/// The number of tiles that cover an extent.
constexpr unsigned tiles(std::int64_t extent) {
  return unsigned((extent + tile - 1) / tile);
}

/// The number of slices of a long sum, one block each, for about `blocks_wanted` blocks in all, but at most one
/// slice per 8 tile depths. Depends on the problem only, so the order of additions is reproducible.
constexpr int slices_for(std::int64_t depth, std::int64_t tiles_of_output, std::int64_t blocks_wanted = 264) {
  const std::int64_t most = (depth + 8 * tile_depth - 1) / (8 * tile_depth);
  const std::int64_t wanted = (blocks_wanted + tiles_of_output - 1) / tiles_of_output;
  const std::int64_t slices = wanted < most ? wanted : most;
  return int(slices < 1 ? 1 : slices);
}

}  // namespace gs::GS_TARGET
