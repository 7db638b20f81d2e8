// Mistake: one block for all 1,025 elements, though a block has at most 1,024 threads. Nothing runs.
// Correction: more blocks, not larger ones: addOne<<<(n + 255) / 256, 256>>>(d_data, n).
#include <cuda_runtime.h>

#include <cstdio>

__global__ void addOne(int* data, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) data[i] += 1;
}

int main() {
  const int n = 1025;
  int data[n];
  for (int i = 0; i < n; ++i) data[i] = i;
  int* d_data;
  cudaMalloc(&d_data, sizeof data);
  cudaMemcpy(d_data, data, sizeof data, cudaMemcpyHostToDevice);
  addOne<<<1, n>>>(d_data, n);
  cudaMemcpy(data, d_data, sizeof data, cudaMemcpyDeviceToHost);
  cudaFree(d_data);
  printf("data[0] = %d, should be 1\n", data[0]);
  return 0;
}
