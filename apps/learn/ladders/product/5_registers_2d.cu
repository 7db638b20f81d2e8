// 5_registers_2d.cu - a thread computes 8 x 4 elements.
//
// It reads 8 elements of a and 4 of b for 32 multiplications: 12 reads instead of 36, so 26,624 requests of shared
// memory instead of 75,776. A quarter of the threads computes the same tile. A thread's rows are 8 apart and its
// columns 16, so that the lanes of a warp read neighbours, and write neighbours.
//
// counts at 128 128 128: requests 2,560, sectors 10,240, shared requests 26,624, bank conflicts 0,
//   divergent requests 0, barriers 128, shared bytes 4,096
// fewer: shared requests
#include "product.h"

__global__ void product(const float* a, const float* b, float* c, int m, int n, int k) {
  __shared__ float a_tile[64][8], b_tile[8][64];
  int t = threadIdx.x, x = t % 16, y = t / 16, first_row = blockIdx.y * 64, first_column = blockIdx.x * 64;
  float sums[8][4] = {};
  for (int first = 0; first < k; first += 8) {
    for (int e = t; e < 512; e += 128) {
      int a_row = first_row + e / 8, a_column = first + e % 8, b_row = first + e / 64, b_column = first_column + e % 64;
      a_tile[e / 8][e % 8] = a_row < m && a_column < k ? a[a_row * k + a_column] : 0;
      b_tile[e / 64][e % 64] = b_row < k && b_column < n ? b[b_row * n + b_column] : 0;
    }
    __syncthreads();
    for (int i = 0; i < 8; ++i) {
      float of_a[8], of_b[4];
      for (int j = 0; j < 8; ++j) of_a[j] = a_tile[y + 8 * j][i];
      for (int l = 0; l < 4; ++l) of_b[l] = b_tile[i][x + 16 * l];
      for (int j = 0; j < 8; ++j)
        for (int l = 0; l < 4; ++l) sums[j][l] += of_a[j] * of_b[l];
    }
    __syncthreads();
  }
  for (int j = 0; j < 8; ++j)
    for (int l = 0; l < 4; ++l) {
      int row = first_row + y + 8 * j, column = first_column + x + 16 * l;
      if (row < m && column < n) c[row * n + column] = sums[j][l];
    }
}

int main(int count, char** words) {
  return check_product(count, words, 1e-6, [](const float* a, const float* b, float* c, int m, int n, int k) {
    product<<<dim3((n + 63) / 64, (m + 63) / 64), 128>>>(a, b, c, m, n, k);
  });
}
