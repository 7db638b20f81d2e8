#include <cuda_pipeline.h>

struct Tiles {
  float a[16][16], b[16][16];
};

// Starts to copy the tiles of step s. What lies outside of the matrices is 0.
__device__ void fetch(Tiles* stages, const float* a, const float* b, int M, int N, int K, int s) {
  Tiles& tiles = stages[s % 2];
  int x = threadIdx.x, y = threadIdx.y, k0 = 16 * s;
  int column = blockIdx.x * 16 + x, row = blockIdx.y * 16 + y;
  if (row < M && k0 + x < K)
    __pipeline_memcpy_async(&tiles.a[y][x], &a[row * K + k0 + x], 4);
  else
    tiles.a[y][x] = 0;
  if (k0 + y < K && column < N)
    __pipeline_memcpy_async(&tiles.b[y][x], &b[(k0 + y) * N + column], 4);
  else
    tiles.b[y][x] = 0;
}

__global__ void product(const float* a, const float* b, float* c, int M, int N, int K) {
  __shared__ Tiles stages[2];
  int x = threadIdx.x, y = threadIdx.y;
  int column = blockIdx.x * 16 + x, row = blockIdx.y * 16 + y;
  int steps = (K + 15) / 16;
  float sum = 0;
  fetch(stages, a, b, M, N, K, 0);
  __pipeline_commit();
  for (int s = 0; s < steps; ++s) {
//! start
    // YOUR TURN: the next copies, a wait, 16 products
//! solution
    if (s + 1 < steps) fetch(stages, a, b, M, N, K, s + 1);
    __pipeline_commit();
    __pipeline_wait_prior(1);
    __syncthreads();
    Tiles& tiles = stages[s % 2];
    for (int k = 0; k < 16; ++k) sum += tiles.a[y][k] * tiles.b[k][x];
    __syncthreads();
//! both
  }
  __pipeline_wait_prior(0);  // no thread may end before its copies
  if (row < M && column < N) c[row * N + column] = sum;
}

void launch(const float* a, const float* b, float* c, int M, int N, int K) {
  dim3 grid((N + 15) / 16, (M + 15) / 16);
  product<<<grid, dim3(16, 16)>>>(a, b, c, M, N, K);
}
