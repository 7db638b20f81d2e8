// Timing with events. A simulator has no times: it says so on standard error, and cudaEventElapsedTime gives NaN.
#include <cuda_runtime.h>

#include <cstdio>

__global__ void fill(int* out, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) out[i] = 7 * i;
}

int main() {
  const int n = 1000;
  int host[n];
  int* device;
  cudaMalloc(&device, sizeof host);
  cudaEvent_t start, stop;
  cudaEventCreate(&start);
  cudaEventCreate(&stop);

  cudaEventRecord(start);
  fill<<<(n + 255) / 256, 256>>>(device, n);
  cudaEventRecord(stop);
  cudaEventSynchronize(stop);

  cudaMemcpy(host, device, sizeof host, cudaMemcpyDeviceToHost);
  int i = 0;
  while (i < n && host[i] == 7 * i) ++i;
  if (i < n)
    printf("out[%d] is %d, should be %d\n", i, host[i], 7 * i);
  else
    printf("right\n");
  fflush(stdout);

  float milliseconds = -1.0f;
  if (cudaEventElapsedTime(&milliseconds, start, stop) != cudaSuccess || milliseconds < 0.0f) return 1;
  cudaEventDestroy(start);
  cudaEventDestroy(stop);
  cudaFree(device);
  return 0;
}
