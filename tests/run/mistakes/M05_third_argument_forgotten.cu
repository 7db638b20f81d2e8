// Mistake: the launch gives no dynamic shared memory.
// Correction: reverse<<<1, n, n * sizeof(int)>>>.
#include <cuda_runtime.h>

#include <cstdio>

__global__ void reverse(int* data) {
  extern __shared__ int tile[];
  int t = threadIdx.x;
  tile[t] = data[t];
  __syncthreads();
  data[t] = tile[blockDim.x - 1 - t];
}

int main() {
  const int n = 64;
  int data[n], *d_data;
  for (int i = 0; i < n; ++i) data[i] = i;
  cudaMalloc(&d_data, sizeof data);
  cudaMemcpy(d_data, data, sizeof data, cudaMemcpyHostToDevice);
  reverse<<<1, n>>>(d_data);
  cudaMemcpy(data, d_data, sizeof data, cudaMemcpyDeviceToHost);
  cudaFree(d_data);
  printf("data[0] = %d, should be 63\n", data[0]);
  return 0;
}
