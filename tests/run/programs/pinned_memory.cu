// Pinned host memory, from both of its functions: the GPU copies it directly, as asynchronous copies require.
#include <cuda_runtime.h>

#include <cstdio>

__global__ void triple(int* data, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) data[i] *= 3;
}

int main() {
  const int n = 1 << 10;
  int *in, *out, *device;
  cudaMallocHost((void**)&in, n * sizeof(int));
  cudaHostAlloc((void**)&out, n * sizeof(int), cudaHostAllocDefault);
  cudaMalloc((void**)&device, n * sizeof(int));
  for (int i = 0; i < n; ++i) in[i] = i - 500;

  cudaMemcpyAsync(device, in, n * sizeof(int), cudaMemcpyHostToDevice);
  triple<<<n / 256, 256>>>(device, n);
  cudaMemcpyAsync(out, device, n * sizeof(int), cudaMemcpyDeviceToHost);
  cudaDeviceSynchronize();

  int wrong = 0;
  while (wrong < n && out[wrong] == 3 * (wrong - 500)) ++wrong;
  if (wrong < n)
    printf("out[%d] is %d, should be %d\n", wrong, out[wrong], 3 * (wrong - 500));
  else
    printf("right\n");
  cudaFree(device);
  cudaFreeHost(out);
  cudaFreeHost(in);
  return 0;
}
