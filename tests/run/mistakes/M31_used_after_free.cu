// Mistake: the table is freed before the second launch.
// Correction: cudaFree behind it.
#include <cuda_runtime.h>

__global__ void look_up(const float* table, float* out) {
  out[threadIdx.x] = table[threadIdx.x / 2];
}

int main() {
  float host[32] = {1, 2, 3}, *d_table, *d_out;
  cudaMalloc(&d_table, sizeof host);
  cudaMalloc(&d_out, sizeof host);
  cudaMemcpy(d_table, host, sizeof host, cudaMemcpyHostToDevice);
  look_up<<<1, 32>>>(d_table, d_out);
  cudaFree(d_table);
  look_up<<<1, 32>>>(d_table, d_out);
  cudaDeviceSynchronize();
  cudaFree(d_out);
  return 0;
}
