// 4_registers_1d.cu - a thread computes 8 elements of a column.
//
// It reads an element of b once, into a register, and uses it for 8 rows: 9 reads of shared memory for 8
// multiplications instead of 16, so 75,776 requests instead of 135,168. The tile of c grows to 64 x 64, each element of
// a and b is read by half as many blocks: 10,240 sectors instead of 18,432.
//
// counts at 128 128 128: requests 2,560, sectors 10,240, shared requests 75,776, bank conflicts 0,
//   divergent requests 0, barriers 128, shared bytes 4,096
// fewer: shared requests
#include "product.h"

__global__ void product(const float* a, const float* b, float* c, int m, int n, int k) {
  __shared__ float a_tile[64][8], b_tile[8][64];
  int t = threadIdx.x, x = t % 64, y = t / 64 * 8, first_row = blockIdx.y * 64, column = blockIdx.x * 64 + x;
  float sums[8] = {};
  for (int first = 0; first < k; first += 8) {
    int a_row = first_row + t / 8, a_column = first + t % 8, b_row = first + t / 64;
    a_tile[t / 8][t % 8] = a_row < m && a_column < k ? a[a_row * k + a_column] : 0;
    b_tile[t / 64][x] = b_row < k && column < n ? b[b_row * n + column] : 0;
    __syncthreads();
    for (int i = 0; i < 8; ++i) {
      float of_b = b_tile[i][x];
      for (int j = 0; j < 8; ++j) sums[j] += a_tile[y + j][i] * of_b;
    }
    __syncthreads();
  }
  for (int j = 0; j < 8; ++j)
    if (first_row + y + j < m && column < n) c[(first_row + y + j) * n + column] = sums[j];
}

int main(int count, char** words) {
  return check_product(count, words, 1e-6, [](const float* a, const float* b, float* c, int m, int n, int k) {
    product<<<dim3((n + 63) / 64, (m + 63) / 64), 512>>>(a, b, c, m, n, k);
  });
}
