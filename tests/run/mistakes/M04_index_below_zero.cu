// Mistake: the first element has no left neighbour, so thread 0 of block 0 reads a[-1].
// Correction: treat the edge apart: i > 0 ? a[i - 1] : 0.
#include <cuda_runtime.h>

#include <cstdio>

__global__ void difference(const int* a, int* out, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) out[i] = a[i] - a[i - 1];
}

int main() {
  const int n = 300;
  int a[n], out[n];
  for (int i = 0; i < n; ++i) a[i] = i * i;
  int *d_a, *d_out;
  cudaMalloc(&d_a, sizeof a);
  cudaMalloc(&d_out, sizeof out);
  cudaMemcpy(d_a, a, sizeof a, cudaMemcpyHostToDevice);
  difference<<<(n + 127) / 128, 128>>>(d_a, d_out, n);
  cudaMemcpy(out, d_out, sizeof out, cudaMemcpyDeviceToHost);
  cudaFree(d_a);
  cudaFree(d_out);
  printf("out[10] = %d, should be 19\n", out[10]);
  return 0;
}
