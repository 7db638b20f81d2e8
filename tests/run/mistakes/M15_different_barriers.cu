// Mistake: each half of the block waits at a barrier of its own, though a barrier is for the whole block.
// Correction: one barrier after the if and the else.
#include <cuda_runtime.h>

#include <cstdio>

__global__ void fold(const int* in, int* out) {
  __shared__ int s[64];
  int t = threadIdx.x;
  if (t < 32) {
    s[t] = in[t];
    __syncthreads();
  } else {
    s[t] = -in[t];
    __syncthreads();
  }
  out[t] = s[63 - t];
}

int main() {
  const int n = 64;
  int in[n], out[n];
  for (int i = 0; i < n; ++i) in[i] = i;
  int *d_in, *d_out;
  cudaMalloc(&d_in, sizeof in);
  cudaMalloc(&d_out, sizeof out);
  cudaMemcpy(d_in, in, sizeof in, cudaMemcpyHostToDevice);
  fold<<<1, n>>>(d_in, d_out);
  cudaMemcpy(out, d_out, sizeof out, cudaMemcpyDeviceToHost);
  cudaFree(d_in);
  cudaFree(d_out);
  printf("out[0] = %d, should be -63\n", out[0]);
  return 0;
}
