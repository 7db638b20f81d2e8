// Mistake: the last 6 threads of block 3 return before a barrier that the others wait at.
// Correction: no return; tile[t] = i < n ? in[i] : 0, and the guard again at the store to out.
#include <cuda_runtime.h>

#include <cstdio>

__global__ void reverseBlocks(const int* in, int* out, int n) {
  __shared__ int tile[64];
  int t = threadIdx.x, i = blockIdx.x * 64 + t;
  if (i >= n) return;
  tile[t] = in[i];
  __syncthreads();
  int last = min(n - static_cast<int>(blockIdx.x) * 64, 64) - 1;
  out[i] = tile[last - t];
}

int main() {
  const int n = 250;
  int in[n], out[n];
  for (int i = 0; i < n; ++i) in[i] = i;
  int *d_in, *d_out;
  cudaMalloc(&d_in, sizeof in);
  cudaMalloc(&d_out, sizeof out);
  cudaMemcpy(d_in, in, sizeof in, cudaMemcpyHostToDevice);
  reverseBlocks<<<(n + 63) / 64, 64>>>(d_in, d_out, n);
  cudaMemcpy(out, d_out, sizeof out, cudaMemcpyDeviceToHost);
  cudaFree(d_in);
  cudaFree(d_out);
  printf("out[249] = %d, should be 192\n", out[249]);
  return 0;
}
