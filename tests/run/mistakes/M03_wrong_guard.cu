// Mistake: i <= n lets thread 232 of block 3 (element 1000) through, one past the end.
// Correction: if (i < n).
#include <cuda_runtime.h>

#include <cstdio>

__global__ void add10(const float* a, float* out, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i <= n) out[i] = a[i] + 10;
}

int main() {
  const int n = 1000;
  float a[n], out[n];
  for (int i = 0; i < n; ++i) a[i] = i;
  float *d_a, *d_out;
  cudaMalloc(&d_a, sizeof a);
  cudaMalloc(&d_out, sizeof out);
  cudaMemcpy(d_a, a, sizeof a, cudaMemcpyHostToDevice);
  add10<<<(n + 255) / 256, 256>>>(d_a, d_out, n);
  cudaMemcpy(out, d_out, sizeof out, cudaMemcpyDeviceToHost);
  cudaFree(d_a);
  cudaFree(d_out);
  printf("out[999] = %g, should be 1009\n", out[999]);
  return 0;
}
