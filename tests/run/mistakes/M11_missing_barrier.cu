// Mistake: no barrier between the store into the tile and the load from it, which another thread stored.
// Correction: __syncthreads() between the two lines.
#include <cuda_runtime.h>

#include <cstdio>

__global__ void reverse(int* data) {
  __shared__ int tile[64];
  int t = threadIdx.x;
  tile[t] = data[t];
  data[t] = tile[63 - t];
}

int main() {
  const int n = 64;
  int data[n];
  for (int i = 0; i < n; ++i) data[i] = i;
  int* d_data;
  cudaMalloc(&d_data, sizeof data);
  cudaMemcpy(d_data, data, sizeof data, cudaMemcpyHostToDevice);
  reverse<<<1, n>>>(d_data);
  cudaMemcpy(data, d_data, sizeof data, cudaMemcpyDeviceToHost);
  cudaFree(d_data);
  printf("data[0] = %d, should be 63\n", data[0]);
  return 0;
}
