// One-dimensional indices: each thread records its block, its place in the block, and its place in the grid.
#include <cuda_runtime.h>

#include <cstdio>

__global__ void record(int* block, int* thread, int* place) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  block[i] = blockIdx.x;
  thread[i] = threadIdx.x;
  place[i] = i;
}

int main() {
  const int blocks = 3, threads = 4, n = blocks * threads;
  const size_t bytes = n * sizeof(int);
  int *d_block, *d_thread, *d_place;
  cudaMalloc(&d_block, bytes);
  cudaMalloc(&d_thread, bytes);
  cudaMalloc(&d_place, bytes);

  record<<<blocks, threads>>>(d_block, d_thread, d_place);

  int block[n], thread[n], place[n];
  cudaMemcpy(block, d_block, bytes, cudaMemcpyDeviceToHost);
  cudaMemcpy(thread, d_thread, bytes, cudaMemcpyDeviceToHost);
  cudaMemcpy(place, d_place, bytes, cudaMemcpyDeviceToHost);
  // Blocks run in any order, so the host prints.
  for (int i = 0; i < n; ++i) printf("element %2d: block %d, thread %d\n", place[i], block[i], thread[i]);

  cudaFree(d_block);
  cudaFree(d_thread);
  cudaFree(d_place);
  return 0;
}
