// Mistake: every thread compares and replaces the maximum, and replacements get lost.
// Correction: atomicMax.
#include <cuda_runtime.h>

#include <cstdio>

__global__ void largest(const int* a, int* best, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) best[0] = max(best[0], a[i]);
}

int main() {
  const int n = 200;
  int a[n], best = -1, *d_a, *d_best;
  for (int i = 0; i < n; ++i) a[i] = i;
  cudaMalloc(&d_a, sizeof a);
  cudaMalloc(&d_best, sizeof best);
  cudaMemcpy(d_a, a, sizeof a, cudaMemcpyHostToDevice);
  cudaMemcpy(d_best, &best, sizeof best, cudaMemcpyHostToDevice);
  largest<<<1, 256>>>(d_a, d_best, n);
  cudaMemcpy(&best, d_best, sizeof best, cudaMemcpyDeviceToHost);
  cudaFree(d_a);
  cudaFree(d_best);
  printf("the largest is %d, should be 199\n", best);
  return 0;
}
