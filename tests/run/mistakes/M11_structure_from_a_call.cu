// Mistake: no barrier between the store of a pair, which a function returns, and the load of another thread's.
// Correction: __syncthreads() between the two lines.
#include <cuda_runtime.h>

#include <cstdio>

struct Pair {
  float value;
  int index;
};

__device__ __noinline__ Pair pair(const float* data, int index) {
  return {data[index], index};
}

__global__ void indices(const float* data, int* result) {
  __shared__ Pair pairs[64];
  int t = threadIdx.x;
  pairs[t] = pair(data, t);
  result[t] = pairs[63 - t].index;
}

int main() {
  const int n = 64;
  float data[n];
  int result[n];
  for (int i = 0; i < n; ++i) data[i] = float(i);
  float* d_data;
  int* d_result;
  cudaMalloc(&d_data, sizeof data);
  cudaMalloc(&d_result, sizeof result);
  cudaMemcpy(d_data, data, sizeof data, cudaMemcpyHostToDevice);
  indices<<<1, n>>>(d_data, d_result);
  cudaMemcpy(result, d_result, sizeof result, cudaMemcpyDeviceToHost);
  cudaFree(d_data);
  cudaFree(d_result);
  printf("result[0] = %d, should be 63\n", result[0]);
  return 0;
}
