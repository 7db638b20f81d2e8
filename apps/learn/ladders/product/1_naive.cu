// 1_naive.cu - a thread computes one element of c, and neighbours lie below each other.
//
// threadIdx.x counts rows. At each step a warp reads 32 elements of a column of a: 32 sectors, and 4 bytes are used of
// each. All lanes read the same element of b, one sector. And c is written down a column: 32 sectors again. 2,179,072
// sectors in all, for three matrices that fill 6,144.
//
// counts at 128 128 128: requests 131,584, sectors 2,179,072, shared requests 0, bank conflicts 0,
//   divergent requests 0, barriers 0, shared bytes 0
#include "product.h"

__global__ void product(const float* a, const float* b, float* c, int m, int n, int k) {
  int row = blockIdx.x * 32 + threadIdx.x, column = blockIdx.y * 8 + threadIdx.y;
  if (row >= m || column >= n) return;
  float sum = 0;
  for (int i = 0; i < k; ++i) sum += a[row * k + i] * b[i * n + column];
  c[row * n + column] = sum;
}

int main(int count, char** words) {
  return check_product(count, words, 1e-6, [](const float* a, const float* b, float* c, int m, int n, int k) {
    product<<<dim3((m + 31) / 32, (n + 7) / 8), dim3(32, 8)>>>(a, b, c, m, n, k);
  });
}
