// A warp waits in a loop for a flag that a later warp of its block sets: all warps of a block run at once.
#include <cuda_runtime.h>

#include <cstdio>

__global__ void handOver(int* flag, int* value) {
  if (threadIdx.x == 0) {
    while (atomicAdd(flag, 0) == 0) {
    }
    value[1] = atomicAdd(&value[0], 0) + 1;
  }
  if (threadIdx.x == 32) {
    atomicExch(&value[0], 41);
    __threadfence();
    atomicExch(flag, 1);
  }
}

int main() {
  int *d_flag, *d_value, value[2];
  cudaMalloc(&d_flag, sizeof(int));
  cudaMalloc(&d_value, sizeof value);
  cudaMemset(d_flag, 0, sizeof(int));
  cudaMemset(d_value, 0, sizeof value);
  handOver<<<1, 64>>>(d_flag, d_value);
  cudaMemcpy(value, d_value, sizeof value, cudaMemcpyDeviceToHost);
  cudaFree(d_flag);
  cudaFree(d_value);
  printf("%d\n", value[1]);
  return 0;
}
