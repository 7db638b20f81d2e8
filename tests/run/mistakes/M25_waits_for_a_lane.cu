// Mistake: thread 0 waits in a loop for a value that thread 1 of its warp writes after a barrier, where it waits for
// thread 0.
// Correction: no waiting: exchange the value through shared memory and a barrier.
#include <cuda_runtime.h>

#include <cstdio>

__global__ void handOver(volatile int* out) {
  int t = threadIdx.x;
  if (t == 0)
    while (out[1] == 0) {
    }
  __syncthreads();
  if (t == 1) out[1] = 1;
}

int main() {
  int out[32];
  int* d_out;
  cudaMalloc(&d_out, sizeof out);
  cudaMemset(d_out, 0, sizeof out);
  handOver<<<1, 32>>>(d_out);
  cudaMemcpy(out, d_out, sizeof out, cudaMemcpyDeviceToHost);
  cudaFree(d_out);
  printf("out[1] = %d, should be 1\n", out[1]);
  return 0;
}
