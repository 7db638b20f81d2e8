// Mistake: the loop has a barrier after its store, but none after its loads: a fast thread stores the next round's
// value while a slow one still reads this round's. Correction: __syncthreads() at the end of the loop, too.
#include <cuda_runtime.h>

#include <cstdio>

__global__ void sumsOfNeighbours(const int* in, int* out, int rounds) {
  __shared__ int s[64];
  int t = threadIdx.x, sum = 0;
  for (int round = 0; round < rounds; ++round) {
    s[t] = in[round * 64 + t];
    __syncthreads();
    sum += s[t] + s[(t + 1) % 64];
  }
  out[t] = sum;
}

int main() {
  const int rounds = 4, n = rounds * 64;
  int in[n], out[64];
  for (int i = 0; i < n; ++i) in[i] = i;
  int *d_in, *d_out;
  cudaMalloc(&d_in, sizeof in);
  cudaMalloc(&d_out, sizeof out);
  cudaMemcpy(d_in, in, sizeof in, cudaMemcpyHostToDevice);
  sumsOfNeighbours<<<1, 64>>>(d_in, d_out, rounds);
  cudaMemcpy(out, d_out, sizeof out, cudaMemcpyDeviceToHost);
  cudaFree(d_in);
  cudaFree(d_out);
  printf("out[0] = %d, should be 772\n", out[0]);
  return 0;
}
