// Mistake: only the write has the index in the grid; each block reads the first 256 elements. No race, a wrong result.
// Correction: out[i] = a[i] + 10.
#include <cuda_runtime.h>

#include <cstdio>

__global__ void add10(const int* a, int* out, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) out[i] = a[threadIdx.x] + 10;
}

int main() {
  const int n = 1000;
  int a[n], out[n];
  for (int i = 0; i < n; ++i) a[i] = i;
  int *d_a, *d_out;
  cudaMalloc(&d_a, sizeof a);
  cudaMalloc(&d_out, sizeof out);
  cudaMemcpy(d_a, a, sizeof a, cudaMemcpyHostToDevice);
  add10<<<(n + 255) / 256, 256>>>(d_a, d_out, n);
  cudaMemcpy(out, d_out, sizeof out, cudaMemcpyDeviceToHost);
  cudaFree(d_a);
  cudaFree(d_out);
  for (int i = 0; i < n; ++i) {
    if (out[i] == a[i] + 10) continue;
    printf("out[%d] is %d, should be %d\n", i, out[i], a[i] + 10);
    return 1;
  }
  return 0;
}
