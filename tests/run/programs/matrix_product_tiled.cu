// Matrix product with tiles in shared memory. No extent is a multiple of the tile: what lies outside counts as zero.
#include <cuda_runtime.h>

#include <cstdio>
#include <vector>

#define TILE 16

__global__ void matmul(const float* A, const float* B, float* C, int M, int N, int K) {
  __shared__ float As[TILE][TILE];
  __shared__ float Bs[TILE][TILE];
  int tx = threadIdx.x, ty = threadIdx.y;
  int row = blockIdx.y * TILE + ty, col = blockIdx.x * TILE + tx;
  float sum = 0.0f;
  for (int tile = 0; tile < (K + TILE - 1) / TILE; ++tile) {
    int a = tile * TILE + tx, b = tile * TILE + ty;
    As[ty][tx] = row < M && a < K ? A[row * K + a] : 0.0f;
    Bs[ty][tx] = b < K && col < N ? B[b * N + col] : 0.0f;
    __syncthreads();  // the tile is complete
#pragma unroll
    for (int k = 0; k < TILE; ++k) sum += As[ty][k] * Bs[k][tx];
    __syncthreads();  // all have read it
  }
  if (row < M && col < N) C[row * N + col] = sum;
}

int main() {
  const int M = 45, N = 39, K = 50;
  std::vector<float> A(M * K), B(K * N), C(M * N);
  for (int i = 0; i < M * K; ++i) A[i] = static_cast<float>(i % 9 - 4);
  for (int i = 0; i < K * N; ++i) B[i] = static_cast<float>(i % 11 - 5);
  float *d_A, *d_B, *d_C;
  cudaMalloc(&d_A, A.size() * sizeof(float));
  cudaMalloc(&d_B, B.size() * sizeof(float));
  cudaMalloc(&d_C, C.size() * sizeof(float));
  cudaMemcpy(d_A, A.data(), A.size() * sizeof(float), cudaMemcpyHostToDevice);
  cudaMemcpy(d_B, B.data(), B.size() * sizeof(float), cudaMemcpyHostToDevice);
  matmul<<<dim3((N + TILE - 1) / TILE, (M + TILE - 1) / TILE), dim3(TILE, TILE)>>>(d_A, d_B, d_C, M, N, K);
  cudaMemcpy(C.data(), d_C, C.size() * sizeof(float), cudaMemcpyDeviceToHost);
  cudaFree(d_A);
  cudaFree(d_B);
  cudaFree(d_C);

  for (int row = 0; row < M; ++row)
    for (int col = 0; col < N; ++col) {
      float expected = 0.0f;
      for (int k = 0; k < K; ++k) expected += A[row * K + k] * B[k * N + col];
      if (C[row * N + col] != expected) {
        printf("C[%d][%d] is %g, should be %g\n", row, col, C[row * N + col], expected);
        return 1;
      }
    }
  printf("right\n");
  return 0;
}
