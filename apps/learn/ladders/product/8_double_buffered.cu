// 8_double_buffered.cu - the next tiles are on their way while these are multiplied.
//
// Asynchronous copies go from global to shared memory without a register and without waiting. There are two of each
// tile: one is filled, one is read. One barrier a step is enough, 64 instead of 128: it says that the copies of all
// threads are there, and that all are done with the tile that is filled next. A copy cannot transpose, so a lies as it
// is in its tile, and a thread reads four columns of it at once.
//
// counts at 128 128 128: requests 640, sectors 10,240, shared requests 6,656, bank conflicts 0,
//   divergent requests 0, barriers 64, shared bytes 8,192
// fewer: barriers
#include <cuda_pipeline.h>

#include "product.h"

__device__ const float4& four(const float& first) {
  return reinterpret_cast<const float4&>(first);
}

__global__ void product(const float* a, const float* b, float* c, int m, int n, int k) {
  __shared__ __align__(16) float a_tile[2][64][8], b_tile[2][8][64];
  int t = threadIdx.x, x = t % 16 * 4, y = t / 16 * 8, first_row = blockIdx.y * 64, column = blockIdx.x * 64 + x;
  auto fetch = [&](int first, int buffer) {  // outside of the matrix: zeros
    int a_row = first_row + t / 2, a_column = first + t % 2 * 4, b_row = first + t / 16;
    bool in_a = a_row < m && a_column < k, in_b = b_row < k && column < n;
    __pipeline_memcpy_async(&a_tile[buffer][t / 2][t % 2 * 4], in_a ? &a[a_row * k + a_column] : a, 16, in_a ? 0 : 16);
    __pipeline_memcpy_async(&b_tile[buffer][t / 16][x], in_b ? &b[b_row * n + column] : b, 16, in_b ? 0 : 16);
    __pipeline_commit();
  };
  float sums[8][4] = {};
  fetch(0, 0);
  for (int first = 0, buffer = 0; first < k; first += 8, buffer ^= 1) {
    __pipeline_wait_prior(0);
    __syncthreads();
    if (first + 8 < k) fetch(first + 8, buffer ^ 1);
    for (int i = 0; i < 8; i += 4) {
      float4 of_b[4];
      for (int l = 0; l < 4; ++l) of_b[l] = four(b_tile[buffer][i + l][x]);
      for (int j = 0; j < 8; ++j) {
        float4 of_a = four(a_tile[buffer][y + j][i]);
        float factors[4] = {of_a.x, of_a.y, of_a.z, of_a.w};
        for (int l = 0; l < 4; ++l) {
          sums[j][0] += factors[l] * of_b[l].x, sums[j][1] += factors[l] * of_b[l].y;
          sums[j][2] += factors[l] * of_b[l].z, sums[j][3] += factors[l] * of_b[l].w;
        }
      }
    }
  }
  for (int j = 0; j < 8; ++j)
    if (first_row + y + j < m && column < n)
      *reinterpret_cast<float4*>(&c[(first_row + y + j) * n + column]) =
          make_float4(sums[j][0], sums[j][1], sums[j][2], sums[j][3]);
}

int main(int count, char** words) {
  return check_product(count, words, 1e-6, [](const float* a, const float* b, float* c, int m, int n, int k) {
    product<<<dim3((n + 63) / 64, (m + 63) / 64), 128>>>(a, b, c, m, n, k);
  });
}
