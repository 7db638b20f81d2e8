// Mistake: the barrier is inside the if, so 24 of 64 threads never reach it.
// Correction: the barrier after the if; only the store stays inside.
#include <cuda_runtime.h>

#include <cstdio>

__global__ void shift(const int* in, int* out) {
  __shared__ int tile[64];
  int t = threadIdx.x;
  tile[t] = 0;
  if (t < 40) {
    tile[t] = in[t];
    __syncthreads();
  }
  out[t] = tile[t];
}

int main() {
  const int n = 64;
  int in[n], out[n];
  for (int i = 0; i < n; ++i) in[i] = i + 1;
  int *d_in, *d_out;
  cudaMalloc(&d_in, sizeof in);
  cudaMalloc(&d_out, sizeof out);
  cudaMemcpy(d_in, in, sizeof in, cudaMemcpyHostToDevice);
  shift<<<1, n>>>(d_in, d_out);
  cudaMemcpy(out, d_out, sizeof out, cudaMemcpyDeviceToHost);
  cudaFree(d_in);
  cudaFree(d_out);
  printf("out[39] = %d, should be 40\n", out[39]);
  return 0;
}
