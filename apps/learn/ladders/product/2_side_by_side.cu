// 2_side_by_side.cu - neighbouring threads compute neighbours of a row.
//
// threadIdx.x counts columns: one word changed. A warp now reads one element of a (1 sector) and 32 neighbours of b (4
// sectors), and writes 4 sectors: 329,728 sectors instead of 2,179,072, with as many requests.
//
// counts at 128 128 128: requests 131,584, sectors 329,728, shared requests 0, bank conflicts 0,
//   divergent requests 0, barriers 0, shared bytes 0
// fewer: sectors
#include "product.h"

__global__ void product(const float* a, const float* b, float* c, int m, int n, int k) {
  int row = blockIdx.y * 8 + threadIdx.y, column = blockIdx.x * 32 + threadIdx.x;
  if (row >= m || column >= n) return;
  float sum = 0;
  for (int i = 0; i < k; ++i) sum += a[row * k + i] * b[i * n + column];
  c[row * n + column] = sum;
}

int main(int count, char** words) {
  return check_product(count, words, 1e-6, [](const float* a, const float* b, float* c, int m, int n, int k) {
    product<<<dim3((n + 31) / 32, (m + 7) / 8), dim3(32, 8)>>>(a, b, c, m, n, k);
  });
}
