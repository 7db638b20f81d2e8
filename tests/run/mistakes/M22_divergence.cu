// Mistake: the lanes of each warp take different branches in turn, so each half of the work is done with half a warp.
// Correction: let the branch depend on the warp: if (i / 32 % 2 == 0), with the data in that order.
#include <cuda_runtime.h>

#include <cstdio>

__global__ void twoKinds(const float* in, float* out, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  if (i % 2 == 0)
    out[i] = 2.0f * in[i];
  else
    out[i] = in[i] - 1.0f;
}

int main() {
  const int n = 1024;
  float in[n], out[n];
  for (int i = 0; i < n; ++i) in[i] = i;
  float *d_in, *d_out;
  cudaMalloc(&d_in, sizeof in);
  cudaMalloc(&d_out, sizeof out);
  cudaMemcpy(d_in, in, sizeof in, cudaMemcpyHostToDevice);
  twoKinds<<<n / 256, 256>>>(d_in, d_out, n);
  cudaMemcpy(out, d_out, sizeof out, cudaMemcpyDeviceToHost);
  cudaFree(d_in);
  cudaFree(d_out);
  printf("out[4] = %g, should be 8\n", out[4]);
  return 0;
}
