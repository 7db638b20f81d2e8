// Mistake: 64 KiB of dynamic shared memory.
// Correction: cudaFuncSetAttribute allows the kernel more than 48.
#include <cuda_runtime.h>

__global__ void reverse(int* data, int n) {
  extern __shared__ int tile[];
  for (int i = threadIdx.x; i < n; i += blockDim.x) tile[i] = data[i];
  __syncthreads();
  for (int i = threadIdx.x; i < n; i += blockDim.x) data[i] = tile[n - 1 - i];
}

int main() {
  const int n = 16384;
  int* data;
  cudaMalloc(&data, n * sizeof(int));
  cudaMemset(data, 0, n * sizeof(int));
  reverse<<<1, 256, n * sizeof(int)>>>(data, n);
  cudaDeviceSynchronize();
  cudaFree(data);
  return 0;
}
