// Mistake: more dynamic shared memory than a block of any GPU has.
// Correction: a smaller tile.
#include <cuda_runtime.h>

#include <cstdio>

__global__ void fill(int* out) {
  extern __shared__ int tile[];
  tile[threadIdx.x] = threadIdx.x;
  out[threadIdx.x] = tile[threadIdx.x];
}

int main() {
  int out[32] = {};
  int* d_out;
  cudaMalloc(&d_out, sizeof out);
  fill<<<1, 32, 300000>>>(d_out);
  cudaMemcpy(out, d_out, sizeof out, cudaMemcpyDeviceToHost);
  cudaFree(d_out);
  printf("out[31] = %d, should be 31\n", out[31]);
  return 0;
}
