// Mistake: thread 63 reads tile[64], one past the end of a shared array of 64 elements.
// Correction: the last thread has no right neighbour in the tile: t + 1 < 64 ? tile[t + 1] : tile[t].
#include <cuda_runtime.h>

#include <cstdio>

__global__ void rightNeighbour(const int* in, int* out) {
  __shared__ int tile[64];
  int t = threadIdx.x;
  tile[t] = in[t];
  __syncthreads();
  out[t] = tile[t + 1];
}

int main() {
  const int n = 64;
  int in[n], out[n];
  for (int i = 0; i < n; ++i) in[i] = 3 * i;
  int *d_in, *d_out;
  cudaMalloc(&d_in, sizeof in);
  cudaMalloc(&d_out, sizeof out);
  cudaMemcpy(d_in, in, sizeof in, cudaMemcpyHostToDevice);
  rightNeighbour<<<1, n>>>(d_in, d_out);
  cudaMemcpy(out, d_out, sizeof out, cudaMemcpyDeviceToHost);
  cudaFree(d_in);
  cudaFree(d_out);
  printf("out[7] = %d, should be 24\n", out[7]);
  return 0;
}
