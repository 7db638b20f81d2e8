// Assertions in a kernel: these hold, so the program runs to its end; a failed one would stop the kernel with an error.
#include <cuda_runtime.h>

#include <cassert>
#include <cstdio>

__global__ void inverse(const int* permutation, int* result, int n) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  assert(blockDim.x == 64 && gridDim.x == 2);
  if (i >= n) return;
  const int place = permutation[i];
  assert(place >= 0 && place < n);
  result[place] = i;
}

int main() {
  const int n = 101;
  int permutation[n], result[n];
  for (int i = 0; i < n; ++i) permutation[i] = i * 10 % n;
  int *d_permutation, *d_result;
  cudaMalloc(&d_permutation, sizeof permutation);
  cudaMalloc(&d_result, sizeof result);
  cudaMemcpy(d_permutation, permutation, sizeof permutation, cudaMemcpyHostToDevice);
  inverse<<<2, 64>>>(d_permutation, d_result, n);
  printf("%s\n", cudaGetErrorString(cudaDeviceSynchronize()));
  cudaMemcpy(result, d_result, sizeof result, cudaMemcpyDeviceToHost);
  cudaFree(d_permutation);
  cudaFree(d_result);
  for (int i = 0; i < n; ++i)
    if (permutation[result[i]] != i) {
      printf("%d is said to lie at place %d, where %d lies\n", i, result[i], permutation[result[i]]);
      return 1;
    }
  printf("right\n");
  return 0;
}
