// Inclusive scan by Hillis and Steele: log2(n) rounds between two buffers, so that no thread overwrites what others
// read.
#include <cuda_runtime.h>

#include <cstdio>

__global__ void scan(const int* in, int* out) {
  extern __shared__ int buffers[];
  const int n = blockDim.x, t = threadIdx.x;
  int from = 0, to = 1;
  buffers[t] = in[t];
  __syncthreads();
  for (int offset = 1; offset < n; offset *= 2) {
    int value = buffers[from * n + t];
    if (t >= offset) value += buffers[from * n + t - offset];
    buffers[to * n + t] = value;
    from = 1 - from;
    to = 1 - to;
    __syncthreads();
  }
  out[t] = buffers[from * n + t];
}

int main() {
  const int n = 500;  // no power of two
  int in[n], out[n];
  for (int i = 0; i < n; ++i) in[i] = i % 7 - 2;
  int *d_in, *d_out;
  cudaMalloc(&d_in, sizeof in);
  cudaMalloc(&d_out, sizeof out);
  cudaMemcpy(d_in, in, sizeof in, cudaMemcpyHostToDevice);
  scan<<<1, n, 2 * n * sizeof(int)>>>(d_in, d_out);
  cudaMemcpy(out, d_out, sizeof out, cudaMemcpyDeviceToHost);
  cudaFree(d_in);
  cudaFree(d_out);
  int sum = 0;
  for (int i = 0; i < n; ++i) {
    sum += in[i];
    if (out[i] != sum) {
      printf("out[%d] is %d, should be %d\n", i, out[i], sum);
      return 1;
    }
  }
  printf("right\n");
  return 0;
}
