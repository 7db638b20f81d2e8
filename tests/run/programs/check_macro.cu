// Every call to CUDA can fail: a macro that checks each of them, and a launch that is checked twice.
#include <cuda_runtime.h>

#include <cstdio>
#include <cstdlib>

#define CHECK(call)                                                                               \
  do {                                                                                            \
    cudaError_t status_ = (call);                                                                 \
    if (status_ != cudaSuccess) {                                                                 \
      fprintf(stderr, "%s:%d: %s: %s\n", __FILE__, __LINE__, #call, cudaGetErrorString(status_)); \
      exit(EXIT_FAILURE);                                                                         \
    }                                                                                             \
  } while (0)

__global__ void countDown(int* out, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) out[i] = n - i;
}

int main() {
  const int n = 300;
  int host[n];
  int* device;
  CHECK(cudaSetDevice(0));
  CHECK(cudaMalloc(&device, sizeof host));
  countDown<<<(n + 127) / 128, 128>>>(device, n);
  CHECK(cudaGetLastError());       // was the launch accepted?
  CHECK(cudaDeviceSynchronize());  // did the kernel run to its end?
  CHECK(cudaMemcpy(host, device, sizeof host, cudaMemcpyDeviceToHost));
  CHECK(cudaFree(device));
  for (int i = 0; i < n; ++i)
    if (host[i] != n - i) {
      printf("out[%d] is %d, should be %d\n", i, host[i], n - i);
      return 1;
    }
  printf("right\n");
  return 0;
}
