// A header of one's own, beside the file: a kernel with dynamic shared memory, and the function that launches it.
#include "own_header.cuh"

#include <cuda_runtime.h>

#include <cstdio>

int main() {
  const int n = 100;
  double host[n], *device;
  for (int i = 0; i < n; ++i) host[i] = i;
  cudaMalloc(&device, sizeof host);
  cudaMemcpy(device, host, sizeof host, cudaMemcpyHostToDevice);
  reverse_on_gpu(device, n);
  cudaMemcpy(host, device, sizeof host, cudaMemcpyDeviceToHost);
  for (int i = 0; i < n; ++i)
    if (host[i] != mirrored(i, n)) {
      printf("element %d is %g, should be %d\n", i, host[i], mirrored(i, n));
      return 1;
    }
  printf("reversed\n");
  cudaFree(device);
  return 0;
}
