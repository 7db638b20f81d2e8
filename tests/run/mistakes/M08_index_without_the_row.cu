// Mistake: the index has no row, so all rows of a block write the first one.
// Correction: threadIdx.y * 16 + threadIdx.x.
#include <cuda_runtime.h>

__global__ void fill(int* out) {
  out[threadIdx.x] = 10 * threadIdx.y + threadIdx.x;
}

int main() {
  int* out;
  cudaMalloc(&out, 256 * sizeof(int));
  fill<<<1, dim3(16, 16)>>>(out);
  cudaDeviceSynchronize();
  cudaFree(out);
  return 0;
}
