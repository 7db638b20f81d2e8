// Mistake: n / 256 blocks, which are none for fewer than 256 elements, and too few for most other numbers.
// Correction: round up: (n + 255) / 256.
#include <cuda_runtime.h>

#include <cstdio>

__global__ void square(const float* in, float* out, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) out[i] = in[i] * in[i];
}

int main() {
  const int n = 100;
  float in[n], out[n];
  for (int i = 0; i < n; ++i) in[i] = i;
  float *d_in, *d_out;
  cudaMalloc(&d_in, sizeof in);
  cudaMalloc(&d_out, sizeof out);
  cudaMemcpy(d_in, in, sizeof in, cudaMemcpyHostToDevice);
  cudaMemset(d_out, 0, sizeof out);
  square<<<n / 256, 256>>>(d_in, d_out, n);
  cudaMemcpy(out, d_out, sizeof out, cudaMemcpyDeviceToHost);
  cudaFree(d_in);
  cudaFree(d_out);
  printf("out[3] = %g, should be 9\n", out[3]);
  return 0;
}
