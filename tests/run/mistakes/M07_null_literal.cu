// Mistake: the output is NULL.
// Correction: device memory, from cudaMalloc.
#include <cuda_runtime.h>

__global__ void fill(int* out, int value) {
  out[threadIdx.x] = value;
}

int main() {
  fill<<<1, 32>>>(NULL, 7);
  cudaDeviceSynchronize();
  return 0;
}
