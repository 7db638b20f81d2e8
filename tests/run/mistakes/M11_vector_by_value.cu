// Mistake: no barrier between the store of a float4 and the load of another thread's, which a function takes by value.
// Correction: __syncthreads() between the two lines.
#include <cuda_runtime.h>

#include <cstdio>

__device__ __noinline__ float sum(float4 v) {
  return v.x + v.y + v.z + v.w;
}

__global__ void sums(const float4* data, float* result) {
  __shared__ float4 tile[64];
  int t = threadIdx.x;
  tile[t] = data[t];
  result[t] = sum(tile[63 - t]);
}

int main() {
  const int n = 64;
  float4 data[n];
  float result[n];
  for (int i = 0; i < n; ++i) data[i] = make_float4(float(i), 0, 0, 1);
  float4* d_data;
  float* d_result;
  cudaMalloc(&d_data, sizeof data);
  cudaMalloc(&d_result, sizeof result);
  cudaMemcpy(d_data, data, sizeof data, cudaMemcpyHostToDevice);
  sums<<<1, n>>>(d_data, d_result);
  cudaMemcpy(result, d_result, sizeof result, cudaMemcpyDeviceToHost);
  cudaFree(d_data);
  cudaFree(d_result);
  printf("result[0] = %g, should be 64\n", result[0]);
  return 0;
}
