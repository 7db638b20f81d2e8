// Static shared memory: a block reverses its elements through a tile; the barrier separates the stores from the loads.
#include <cuda_runtime.h>

#include <cstdio>

#define BLOCK 128

__global__ void reverse_blocks(int* data) {
  __shared__ int tile[BLOCK];
  int first = blockIdx.x * BLOCK, t = threadIdx.x;
  tile[t] = data[first + t];
  __syncthreads();
  data[first + t] = tile[BLOCK - 1 - t];
}

int main() {
  const int blocks = 5, n = blocks * BLOCK;
  int host[n];
  for (int i = 0; i < n; ++i) host[i] = 3 * i;
  int* device;
  cudaMalloc(&device, sizeof host);
  cudaMemcpy(device, host, sizeof host, cudaMemcpyHostToDevice);
  reverse_blocks<<<blocks, BLOCK>>>(device);
  cudaMemcpy(host, device, sizeof host, cudaMemcpyDeviceToHost);
  cudaFree(device);
  for (int i = 0; i < n; ++i) {
    const int expected = 3 * (i / BLOCK * BLOCK + BLOCK - 1 - i % BLOCK);
    if (host[i] != expected) {
      printf("element %d is %d, should be %d\n", i, host[i], expected);
      return 1;
    }
  }
  printf("right\n");
  return 0;
}
