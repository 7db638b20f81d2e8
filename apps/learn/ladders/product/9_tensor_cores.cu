// 9_tensor_cores.cu - a warp multiplies 16 x 16 matrices.
//
// One mma_sync is 4,096 multiplications, for which a warp needs 128 instructions otherwise. The factors are rounded to
// half: the result is right within 1e-3 and no longer 1e-6. A warp reads four fragments for four products: 5,248
// requests of shared memory instead of 6,656, counted element by element; a GPU reads several at once.
//
// counts at 128 128 128: requests 640, sectors 10,240, shared requests 5,248, bank conflicts 512,
//   divergent requests 0, barriers 64, shared bytes 9,984
// fewer: shared requests
#include <cuda_fp16.h>
#include <mma.h>
#include "product.h"
using namespace nvcuda::wmma;

__device__ void round_four(half* to, const float* from, bool inside) {  // outside of the matrix: zeros
  float4 four = inside ? *reinterpret_cast<const float4*>(from) : float4();
  half2 pairs[2] = {__floats2half2_rn(four.x, four.y), __floats2half2_rn(four.z, four.w)};
  *reinterpret_cast<uint2*>(to) = *reinterpret_cast<const uint2*>(pairs);
}

__global__ void product(const float* a, const float* b, float* c, int m, int n, int k) {
  __shared__ __align__(32) half a_tile[64][24], b_tile[16][88];  // rows of 16 and 64, padded
  __shared__ __align__(32) float staging[4][16][16];             // a warp's way from its fragments to c
  int t = threadIdx.x, warp = t / 32, lane = t % 32, y = warp / 2 * 32, x = warp % 2 * 32;
  int first_row = blockIdx.y * 64, first_column = blockIdx.x * 64;
  fragment<accumulator, 16, 16, 16, float> sums[2][2];
  for (auto& sum : sums) fill_fragment(sum[0], 0.0f), fill_fragment(sum[1], 0.0f);
  for (int first = 0; first < k; first += 16) {
    for (int e = t; e < 256; e += 128) {
      int a_row = e / 4, a_column = e % 4 * 4, b_row = e / 16, b_column = e % 16 * 4;
      round_four(&a_tile[a_row][a_column], &a[(first_row + a_row) * k + first + a_column],
                 first_row + a_row < m && first + a_column < k);
      round_four(&b_tile[b_row][b_column], &b[(first + b_row) * n + first_column + b_column],
                 first + b_row < k && first_column + b_column < n);
    }
    __syncthreads();
    fragment<matrix_a, 16, 16, 16, half, row_major> of_a[2];
    fragment<matrix_b, 16, 16, 16, half, row_major> of_b[2];
    for (int i = 0; i < 2; ++i) load_matrix_sync(of_a[i], &a_tile[y + 16 * i][0], 24);
    for (int i = 0; i < 2; ++i) load_matrix_sync(of_b[i], &b_tile[0][x + 16 * i], 88);
    for (int i = 0; i < 4; ++i) mma_sync(sums[i / 2][i % 2], of_a[i / 2], of_b[i % 2], sums[i / 2][i % 2]);
    __syncthreads();
  }
  for (int i = 0; i < 4; ++i) {
    store_matrix_sync(&staging[warp][0][0], sums[i / 2][i % 2], 16, mem_row_major);
    __syncwarp();
    for (int e = lane; e < 64; e += 32) {
      int row = first_row + y + i / 2 * 16 + e / 4, column = first_column + x + i % 2 * 16 + e % 4 * 4;
      const float4 four = *reinterpret_cast<const float4*>(&staging[warp][e / 4][e % 4 * 4]);
      if (row < m && column < n) *reinterpret_cast<float4*>(&c[row * n + column]) = four;
    }
    __syncwarp();
  }
}

int main(int count, char** words) {
  return check_product(count, words, 1e-3, [](const float* a, const float* b, float* c, int m, int n, int k) {
    product<<<dim3((n + 63) / 64, (m + 63) / 64), 128>>>(a, b, c, m, n, k);
  });
}
