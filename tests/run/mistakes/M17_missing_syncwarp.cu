// Mistake: the lanes of a warp exchange values through shared memory as if they marched in step.
// Correction: __syncwarp() between the store and the load.
#include <cuda_runtime.h>

#include <cstdio>

__global__ void swapHalves(int* data) {
  __shared__ int s[32];
  int lane = threadIdx.x;
  s[lane] = data[lane];
  data[lane] = s[lane ^ 16];
}

int main() {
  const int n = 32;
  int data[n];
  for (int i = 0; i < n; ++i) data[i] = i;
  int* d_data;
  cudaMalloc(&d_data, sizeof data);
  cudaMemcpy(d_data, data, sizeof data, cudaMemcpyHostToDevice);
  swapHalves<<<1, n>>>(d_data);
  cudaMemcpy(data, d_data, sizeof data, cudaMemcpyDeviceToHost);
  cudaFree(d_data);
  printf("data[0] = %d, should be 16\n", data[0]);
  return 0;
}
