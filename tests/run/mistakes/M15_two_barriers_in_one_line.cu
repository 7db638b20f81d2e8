// Mistake: the two halves of the block wait at two barriers, which stand in one line.
// Correction: one barrier after the branches.
#include <cuda_runtime.h>

#include <cstdio>

__global__ void fill(int* out) {
  int t = threadIdx.x;
  if (t < 32) __syncthreads(); else __syncthreads();
  out[t] = t;
}

int main() {
  int out[64];
  int* d_out;
  cudaMalloc(&d_out, sizeof out);
  fill<<<1, 64>>>(d_out);
  cudaMemcpy(out, d_out, sizeof out, cudaMemcpyDeviceToHost);
  cudaFree(d_out);
  printf("out[63] = %d, should be 63\n", out[63]);
  return 0;
}
