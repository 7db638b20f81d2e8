// Mistake: a thread reads what a thread of another block writes in the same launch.
// Correction: two kernels, one after the other.
#include <cuda_runtime.h>

#include <cstdio>

__global__ void differences(const int* in, int* squares, int* out, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  squares[i] = in[i] * in[i];
  __syncthreads();
  out[i] = i > 0 ? squares[i] - squares[i - 1] : 0;
}

int main() {
  const int n = 128;
  int in[n], out[n];
  for (int i = 0; i < n; ++i) in[i] = i;
  int *d_in, *d_squares, *d_out;
  cudaMalloc(&d_in, sizeof in);
  cudaMalloc(&d_squares, sizeof in);
  cudaMalloc(&d_out, sizeof out);
  cudaMemcpy(d_in, in, sizeof in, cudaMemcpyHostToDevice);
  differences<<<2, 64>>>(d_in, d_squares, d_out, n);
  cudaMemcpy(out, d_out, sizeof out, cudaMemcpyDeviceToHost);
  cudaFree(d_in);
  cudaFree(d_squares);
  cudaFree(d_out);
  printf("out[64] = %d, should be 127\n", out[64]);
  return 0;
}
