// Mistake: the thread reads the tile although its asynchronous copy into it may still be under way.
// Correction: __pipeline_wait_prior(0) before the barrier.
#include <cuda_pipeline.h>
#include <cuda_runtime.h>

#include <cstdio>

__global__ void reverse(const int* in, int* out) {
  __shared__ int tile[64];
  int t = threadIdx.x;
  __pipeline_memcpy_async(&tile[t], &in[t], sizeof(int));
  __pipeline_commit();
  __syncthreads();
  out[t] = tile[63 - t];
}

int main() {
  const int n = 64;
  int in[n], out[n];
  for (int i = 0; i < n; ++i) in[i] = i;
  int *d_in, *d_out;
  cudaMalloc(&d_in, sizeof in);
  cudaMalloc(&d_out, sizeof out);
  cudaMemcpy(d_in, in, sizeof in, cudaMemcpyHostToDevice);
  reverse<<<1, n>>>(d_in, d_out);
  cudaMemcpy(out, d_out, sizeof out, cudaMemcpyDeviceToHost);
  cudaFree(d_in);
  cudaFree(d_out);
  printf("out[0] = %d, should be 63\n", out[0]);
  return 0;
}
