// Mistake: the last block has 58 elements and writes as many of its tile, but thread 0 adds up all 64.
// Correction: a neutral value for the others: tile[t] = i < n ? in[i] : 0.
#include <cuda_runtime.h>

#include <cstdio>

__global__ void sumsOfBlocks(const int* in, int* out, int n) {
  __shared__ int tile[64];
  int t = threadIdx.x, i = blockIdx.x * 64 + t;
  if (i < n) tile[t] = in[i];
  __syncthreads();
  if (t == 0) {
    int sum = 0;
    for (int k = 0; k < 64; ++k) sum += tile[k];
    out[blockIdx.x] = sum;
  }
}

int main() {
  const int n = 250, blocks = (n + 63) / 64;
  int in[n], out[blocks];
  for (int i = 0; i < n; ++i) in[i] = 1;
  int *d_in, *d_out;
  cudaMalloc(&d_in, sizeof in);
  cudaMalloc(&d_out, sizeof out);
  cudaMemcpy(d_in, in, sizeof in, cudaMemcpyHostToDevice);
  sumsOfBlocks<<<blocks, 64>>>(d_in, d_out, n);
  cudaMemcpy(out, d_out, sizeof out, cudaMemcpyDeviceToHost);
  cudaFree(d_in);
  cudaFree(d_out);
  printf("out[3] = %d, should be 58\n", out[3]);
  return 0;
}
