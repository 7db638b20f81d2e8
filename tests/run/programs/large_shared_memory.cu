// More than 48 KiB of shared memory: the kernel must ask for it before its launch.
#include <cuda_runtime.h>

#include <cstdio>
#include <vector>

__global__ void reverse(int* data, int n) {
  extern __shared__ int tile[];
  for (int i = threadIdx.x; i < n; i += blockDim.x) tile[i] = data[i];
  __syncthreads();
  for (int i = threadIdx.x; i < n; i += blockDim.x) data[i] = tile[n - 1 - i];
}

int main() {
  const int n = 14000, bytes = n * sizeof(int);
  std::vector<int> host(n);
  for (int i = 0; i < n; ++i) host[i] = i;
  int* data;
  cudaMalloc(&data, bytes);
  cudaMemcpy(data, host.data(), bytes, cudaMemcpyHostToDevice);
  cudaFuncSetAttribute(reverse, cudaFuncAttributeMaxDynamicSharedMemorySize, bytes);
  reverse<<<1, 128, bytes>>>(data, n);
  cudaMemcpy(host.data(), data, bytes, cudaMemcpyDeviceToHost);
  for (int i = 0; i < n; ++i)
    if (host[i] != n - 1 - i) {
      printf("element %d is %d, should be %d\n", i, host[i], n - 1 - i);
      return 1;
    }
  printf("reversed\n");
  cudaFree(data);
  return 0;
}
