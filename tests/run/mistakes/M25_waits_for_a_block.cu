// Mistake: each block waits for the next one, as if all blocks ran at once; a block begins when another has made room.
// Correction: two launches, with what all blocks must have finished in the first.
#include <cuda_runtime.h>

#include <cstdio>

__global__ void handOver(int* arrived, int* out) {
  int block = blockIdx.x, blocks = gridDim.x;
  while (block + 1 < blocks && atomicAdd(&arrived[block + 1], 0) == 0) {
  }
  out[block] = blocks - block;
  __threadfence();
  atomicExch(&arrived[block], 1);
}

int main() {
  const int blocks = 5000;
  int out[blocks];
  int *d_arrived, *d_out;
  cudaMalloc(&d_arrived, sizeof out);
  cudaMalloc(&d_out, sizeof out);
  cudaMemset(d_arrived, 0, sizeof out);
  handOver<<<blocks, 1>>>(d_arrived, d_out);
  cudaMemcpy(out, d_out, sizeof out, cudaMemcpyDeviceToHost);
  cudaFree(d_arrived);
  cudaFree(d_out);
  printf("out[0] = %d, should be %d\n", out[0], blocks);
  return 0;
}
