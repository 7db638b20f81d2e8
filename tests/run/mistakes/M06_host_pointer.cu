// Mistake: the kernel gets the host's array, which the GPU cannot reach.
// Correction: cudaMalloc and cudaMemcpy first, then the device's pointer: scale<<<1, n>>>(d_values).
#include <cuda_runtime.h>

#include <cstdio>
#include <cstdlib>

__global__ void scale(float* values) {
  values[threadIdx.x] *= 2.0f;
}

int main() {
  const int n = 50;
  float* values = (float*)malloc(n * sizeof(float));
  for (int i = 0; i < n; ++i) values[i] = i;
  float* d_values;
  cudaMalloc(&d_values, n * sizeof(float));
  cudaMemcpy(d_values, values, n * sizeof(float), cudaMemcpyHostToDevice);
  scale<<<1, n>>>(values);
  cudaMemcpy(values, d_values, n * sizeof(float), cudaMemcpyDeviceToHost);
  cudaFree(d_values);
  printf("values[4] = %g, should be 8\n", values[4]);
  free(values);
  return 0;
}
