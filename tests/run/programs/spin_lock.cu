// A lock: threads of several blocks and warps change a structure that no atomic operation could, one after another. The
// fences let each see what the one before it wrote.
#include <cuda_runtime.h>

#include <cstdio>

struct Statistics {
  int lock, count, smallest, largest;
};

__device__ void take(int* lock) {
  while (atomicCAS(lock, 0, 1) != 0) {
  }
  __threadfence();
}

__device__ void give_back(int* lock) {
  __threadfence();
  atomicExch(lock, 0);
}

__global__ void collect(const int* values, Statistics* statistics) {
  if (threadIdx.x % 32 != 0) return;
  const int value = values[blockIdx.x * blockDim.x + threadIdx.x];
  take(&statistics->lock);
  if (statistics->count == 0 || value < statistics->smallest) statistics->smallest = value;
  if (statistics->count == 0 || value > statistics->largest) statistics->largest = value;
  statistics->count += 1;
  give_back(&statistics->lock);
}

int main() {
  const int n = 512;
  int host[n], *values;
  for (int i = 0; i < n; ++i) host[i] = (i * 37 + 11) % 1000;
  Statistics result{}, *statistics;
  cudaMalloc(&values, sizeof host);
  cudaMalloc(&statistics, sizeof result);
  cudaMemcpy(values, host, sizeof host, cudaMemcpyHostToDevice);
  cudaMemcpy(statistics, &result, sizeof result, cudaMemcpyHostToDevice);
  collect<<<4, 128>>>(values, statistics);
  cudaMemcpy(&result, statistics, sizeof result, cudaMemcpyDeviceToHost);
  int smallest = host[0], largest = host[0];
  for (int i = 0; i < n; i += 32) {
    if (host[i] < smallest) smallest = host[i];
    if (host[i] > largest) largest = host[i];
  }
  printf("%d values, smallest %s, largest %s\n", result.count, result.smallest == smallest ? "right" : "wrong",
         result.largest == largest ? "right" : "wrong");
  cudaFree(values);
  cudaFree(statistics);
  return 0;
}
