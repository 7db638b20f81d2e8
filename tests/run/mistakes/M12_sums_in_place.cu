// Mistake: a tree of sums without barriers between its rounds.
// Correction: __syncthreads() at the end of each round.
#include <cuda_runtime.h>

#include <cstdio>

__global__ void sum(const int* a, int* out) {
  __shared__ int s[256];
  int t = threadIdx.x;
  s[t] = a[t];
  __syncthreads();
  for (int d = 128; d > 0; d /= 2)
    if (t < d) s[t] += s[t + d];
  if (t == 0) out[0] = s[0];
}

int main() {
  int a[256], out = 0, *d_a, *d_out;
  for (int i = 0; i < 256; ++i) a[i] = 1;
  cudaMalloc(&d_a, sizeof a);
  cudaMalloc(&d_out, sizeof out);
  cudaMemcpy(d_a, a, sizeof a, cudaMemcpyHostToDevice);
  sum<<<1, 256>>>(d_a, d_out);
  cudaMemcpy(&out, d_out, sizeof out, cudaMemcpyDeviceToHost);
  cudaFree(d_a);
  cudaFree(d_out);
  printf("the sum is %d, should be 256\n", out);
  return 0;
}
