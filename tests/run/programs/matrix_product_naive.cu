// Matrix product, first attempt: a thread per element of C, which reads a row of A and a column of B from global
// memory.
#include <cuda_runtime.h>

#include <cstdio>
#include <vector>

__global__ void matmul(const float* A, const float* B, float* C, int M, int N, int K) {
  int row = blockIdx.y * blockDim.y + threadIdx.y;
  int col = blockIdx.x * blockDim.x + threadIdx.x;
  if (row < M && col < N) {
    float sum = 0.0f;
    for (int k = 0; k < K; ++k) sum += A[row * K + k] * B[k * N + col];
    C[row * N + col] = sum;
  }
}

int main() {
  const int M = 37, N = 50, K = 41;
  std::vector<float> A(M * K), B(K * N), C(M * N);
  for (int i = 0; i < M * K; ++i) A[i] = static_cast<float>(i % 7 - 3);
  for (int i = 0; i < K * N; ++i) B[i] = static_cast<float>(i % 5 - 2);
  float *d_A, *d_B, *d_C;
  cudaMalloc(&d_A, A.size() * sizeof(float));
  cudaMalloc(&d_B, B.size() * sizeof(float));
  cudaMalloc(&d_C, C.size() * sizeof(float));
  cudaMemcpy(d_A, A.data(), A.size() * sizeof(float), cudaMemcpyHostToDevice);
  cudaMemcpy(d_B, B.data(), B.size() * sizeof(float), cudaMemcpyHostToDevice);
  dim3 block(16, 16);
  dim3 grid((N + block.x - 1) / block.x, (M + block.y - 1) / block.y);
  matmul<<<grid, block>>>(d_A, d_B, d_C, M, N, K);
  cudaMemcpy(C.data(), d_C, C.size() * sizeof(float), cudaMemcpyDeviceToHost);
  cudaFree(d_A);
  cudaFree(d_B);
  cudaFree(d_C);

  for (int row = 0; row < M; ++row)
    for (int col = 0; col < N; ++col) {
      float expected = 0.0f;  // small integers: exact in any order
      for (int k = 0; k < K; ++k) expected += A[row * K + k] * B[k * N + col];
      if (C[row * N + col] != expected) {
        printf("C[%d][%d] is %g, should be %g\n", row, col, C[row * N + col], expected);
        return 1;
      }
    }
  printf("right\n");
  return 0;
}
