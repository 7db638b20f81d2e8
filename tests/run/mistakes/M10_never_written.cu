// Mistake: four elements per thread, but the number of threads is rounded down: the last 24 are never written.
// Correction: round up, and guard each element: (n + 4 * 61 - 1) / (4 * 61) blocks, and if (i < n) for each.
#include <cuda_runtime.h>

#include <cstdio>

__global__ void fillFour(int* out) {
  int first = 4 * (blockIdx.x * blockDim.x + threadIdx.x);
  for (int i = first; i < first + 4; ++i) out[i] = 2 * i;
}

int main() {
  const int n = 1000, threads = 61;
  int out[n];
  int* d_out;
  cudaMalloc(&d_out, sizeof out);
  fillFour<<<n / (4 * threads), threads>>>(d_out);
  cudaMemcpy(out, d_out, sizeof out, cudaMemcpyDeviceToHost);
  cudaFree(d_out);
  for (int i = 0; i < n; ++i) {
    if (out[i] == 2 * i) continue;
    printf("out[%d] is not %d\n", i, 2 * i);
    return 1;
  }
  return 0;
}
