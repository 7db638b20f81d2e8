// Vector addition with all its steps: allocate, copy in, launch, copy out, free. 1,000 elements leave 24 threads idle.
#include <cuda_runtime.h>
#include <stdio.h>
#include <stdlib.h>

__global__ void vecAdd(const float* a, const float* b, float* c, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) {
    c[i] = a[i] + b[i];
  }
}

int main(void) {
  int n = 1000;
  size_t size = n * sizeof(float);
  float* h_a = (float*)malloc(size);
  float* h_b = (float*)malloc(size);
  float* h_c = (float*)malloc(size);
  for (int i = 0; i < n; ++i) {
    h_a[i] = i;
    h_b[i] = 3 * i + 1;
  }

  float *d_a = NULL, *d_b = NULL, *d_c = NULL;
  cudaMalloc((void**)&d_a, size);
  cudaMalloc((void**)&d_b, size);
  cudaMalloc((void**)&d_c, size);
  cudaMemcpy(d_a, h_a, size, cudaMemcpyHostToDevice);
  cudaMemcpy(d_b, h_b, size, cudaMemcpyHostToDevice);

  int threadsPerBlock = 256;
  int blocksPerGrid = (n + threadsPerBlock - 1) / threadsPerBlock;
  printf("%d blocks of %d threads for %d elements\n", blocksPerGrid, threadsPerBlock, n);
  vecAdd<<<blocksPerGrid, threadsPerBlock>>>(d_a, d_b, d_c, n);

  cudaMemcpy(h_c, d_c, size, cudaMemcpyDeviceToHost);
  for (int i = 0; i < n; ++i) {
    if (h_c[i] != h_a[i] + h_b[i]) {
      printf("c[%d] is %g, should be %g\n", i, h_c[i], h_a[i] + h_b[i]);
      exit(EXIT_FAILURE);
    }
  }
  printf("c[999] = %g\nright\n", h_c[999]);

  cudaFree(d_a);
  cudaFree(d_b);
  cudaFree(d_c);
  free(h_a);
  free(h_b);
  free(h_c);
  return 0;
}
