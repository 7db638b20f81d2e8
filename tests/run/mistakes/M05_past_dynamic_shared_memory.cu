// Mistake: the third argument of the launch gives 64 bytes, enough for 16 elements; thread 16 writes the 17th.
// Correction: the argument counts bytes: n * sizeof(int).
#include <cuda_runtime.h>

#include <cstdio>

__global__ void reverse(int* data, int n) {
  extern __shared__ int tile[];
  int t = threadIdx.x;
  tile[t] = data[t];
  __syncthreads();
  data[t] = tile[n - 1 - t];
}

int main() {
  const int n = 64;
  int data[n];
  for (int i = 0; i < n; ++i) data[i] = i;
  int* d_data;
  cudaMalloc(&d_data, sizeof data);
  cudaMemcpy(d_data, data, sizeof data, cudaMemcpyHostToDevice);
  reverse<<<1, n, n>>>(d_data, n);
  cudaMemcpy(data, d_data, sizeof data, cudaMemcpyDeviceToHost);
  cudaFree(d_data);
  printf("data[0] = %d, should be 63\n", data[0]);
  return 0;
}
