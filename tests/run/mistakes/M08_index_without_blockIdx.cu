// Mistake: the index lacks blockIdx, so all blocks write the first 64 elements, and none the others.
// Correction: int i = blockIdx.x * blockDim.x + threadIdx.x.
#include <cuda_runtime.h>

#include <cstdio>

__global__ void blockNumbers(int* out, int n) {
  int i = threadIdx.x;
  if (i < n) out[i] = blockIdx.x;
}

int main() {
  const int n = 256;
  int out[n];
  int* d_out;
  cudaMalloc(&d_out, sizeof out);
  cudaMemset(d_out, 0, sizeof out);
  blockNumbers<<<n / 64, 64>>>(d_out, n);
  cudaMemcpy(out, d_out, sizeof out, cudaMemcpyDeviceToHost);
  cudaFree(d_out);
  printf("out[200] = %d, should be 3\n", out[200]);
  return 0;
}
