// Mistake: the kernel ends while its last asynchronous copy, which no thread needs, is still under way.
// Correction: __pipeline_wait_prior(0) at the end, or no copy in the last round.
#include <cuda_pipeline.h>
#include <cuda_runtime.h>

#include <cstdio>

__global__ void sums(const int* in, int* out, int rounds) {
  __shared__ int tile[2][32];
  int t = threadIdx.x, sum = 0;
  __pipeline_memcpy_async(&tile[0][t], &in[t], sizeof(int));
  __pipeline_commit();
  for (int round = 0; round < rounds; ++round) {
    int next = (round + 1) % rounds;
    __pipeline_memcpy_async(&tile[(round + 1) % 2][t], &in[32 * next + t], sizeof(int));
    __pipeline_commit();
    __pipeline_wait_prior(1);
    sum += tile[round % 2][t];
  }
  out[t] = sum;
}

int main() {
  const int n = 32, rounds = 4;
  int in[n * rounds], out[n];
  for (int i = 0; i < n * rounds; ++i) in[i] = i;
  int *d_in, *d_out;
  cudaMalloc(&d_in, sizeof in);
  cudaMalloc(&d_out, sizeof out);
  cudaMemcpy(d_in, in, sizeof in, cudaMemcpyHostToDevice);
  sums<<<1, n>>>(d_in, d_out, rounds);
  cudaMemcpy(out, d_out, sizeof out, cudaMemcpyDeviceToHost);
  cudaFree(d_in);
  cudaFree(d_out);
  printf("out[0] = %d, should be 192\n", out[0]);
  return 0;
}
