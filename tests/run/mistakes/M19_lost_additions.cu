// Mistake: all threads add to one value with +=, which reads, adds and writes, so additions get lost.
// Correction: atomicAdd(&out[0], a[i]), or better: sum in the block first.
#include <cuda_runtime.h>

#include <cstdio>

__global__ void sum(const int* a, int* out, int n) {
  int i = threadIdx.x;
  if (i < n) out[0] += a[i];
}

int main() {
  const int n = 250;
  int a[n], result = 0;
  for (int i = 0; i < n; ++i) a[i] = i;
  int *d_a, *d_out;
  cudaMalloc(&d_a, sizeof a);
  cudaMalloc(&d_out, sizeof(int));
  cudaMemcpy(d_a, a, sizeof a, cudaMemcpyHostToDevice);
  cudaMemset(d_out, 0, sizeof(int));
  sum<<<1, 256>>>(d_a, d_out, n);
  cudaMemcpy(&result, d_out, sizeof(int), cudaMemcpyDeviceToHost);
  cudaFree(d_a);
  cudaFree(d_out);
  printf("the sum is %d, should be 31125\n", result);
  return 0;
}
