// Mistake: d_out is never allocated, so the kernel follows a null pointer.
// Correction: cudaMalloc(&d_out, n * sizeof(int)) before the launch.
#include <cuda_runtime.h>

#include <cstdio>

__global__ void fill(int* out, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) out[i] = i;
}

int main() {
  const int n = 200;
  int* d_out = nullptr;
  fill<<<(n + 63) / 64, 64>>>(d_out, n);
  int out[n] = {};
  cudaMemcpy(out, d_out, sizeof out, cudaMemcpyDeviceToHost);
  cudaFree(d_out);
  printf("out[5] = %d, should be 5\n", out[5]);
  return 0;
}
