// Mistake: an array is freed twice.
// Correction: once.
#include <cuda_runtime.h>

__global__ void fill(int* out) {
  out[threadIdx.x] = threadIdx.x;
}

int main() {
  int* d_out;
  cudaMalloc(&d_out, 32 * sizeof(int));
  fill<<<1, 32>>>(d_out);
  cudaDeviceSynchronize();
  cudaFree(d_out);
  cudaFree(d_out);
  return 0;
}
