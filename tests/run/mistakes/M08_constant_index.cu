// Mistake: every thread writes the first element.
// Correction: each writes the one of its own index.
#include <cuda_runtime.h>

#include <cstdio>

__global__ void addTen(const int* a, int* out) {
  out[0] = a[threadIdx.x] + 10;
}

int main() {
  int a[32], out[32];
  for (int i = 0; i < 32; ++i) a[i] = i;
  int *d_a, *d_out;
  cudaMalloc(&d_a, sizeof a);
  cudaMalloc(&d_out, sizeof out);
  cudaMemcpy(d_a, a, sizeof a, cudaMemcpyHostToDevice);
  addTen<<<1, 32>>>(d_a, d_out);
  cudaMemcpy(out, d_out, sizeof out, cudaMemcpyDeviceToHost);
  cudaFree(d_a);
  cudaFree(d_out);
  printf("out[31] = %d, should be 41\n", out[31]);
  return 0;
}
