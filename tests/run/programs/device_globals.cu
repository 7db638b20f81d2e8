// Variables of the GPU with a name of their own: __device__ ones, set and read from the host by symbol.
#include <cuda_runtime.h>

#include <cstdio>

__device__ int multiples = 0;
__device__ int divisor;
__device__ int table[4] = {1, 10, 100, 1000};

__global__ void countMultiples(int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n && i % divisor == 0) atomicAdd(&multiples, 1);
}

__global__ void doubleTable() {
  table[threadIdx.x] *= 2;
}

int main() {
  const int n = 1000;
  for (int d = 7; d <= 9; ++d) {
    const int zero = 0;
    cudaMemcpyToSymbol(divisor, &d, sizeof d);
    cudaMemcpyToSymbol(multiples, &zero, sizeof zero);
    countMultiples<<<(n + 255) / 256, 256>>>(n);
    int count = -1;
    cudaMemcpyFromSymbol(&count, multiples, sizeof count);
    printf("multiples of %d below %d: %d\n", d, n, count);
  }
  doubleTable<<<1, 4>>>();
  int host[4];
  cudaMemcpyFromSymbol(host, table, sizeof host);
  printf("table: %d %d %d %d\n", host[0], host[1], host[2], host[3]);
  return 0;
}
