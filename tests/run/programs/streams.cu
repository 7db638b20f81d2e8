// Four streams, each with a quarter of the data: copy in, kernel and copy out are ordered within a stream only.
#include <cuda_runtime.h>

#include <cstdio>

__global__ void square(int* data, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) data[i] *= data[i];
}

int main() {
  const int streams = 4, part = 300, n = streams * part;
  const size_t bytes = part * sizeof(int);
  int *host, *device;
  cudaMallocHost(&host, n * sizeof(int));
  cudaMalloc(&device, n * sizeof(int));
  for (int i = 0; i < n; ++i) host[i] = i;

  cudaStream_t stream[streams];
  for (int s = 0; s < streams; ++s) cudaStreamCreate(&stream[s]);
  for (int s = 0; s < streams; ++s) {
    int* h = host + s * part;
    int* d = device + s * part;
    cudaMemcpyAsync(d, h, bytes, cudaMemcpyHostToDevice, stream[s]);
    square<<<(part + 127) / 128, 128, 0, stream[s]>>>(d, part);
    cudaMemcpyAsync(h, d, bytes, cudaMemcpyDeviceToHost, stream[s]);
  }
  for (int s = 0; s < streams; ++s) {
    cudaStreamSynchronize(stream[s]);
    int i = s * part;
    while (i < (s + 1) * part && host[i] == i * i) ++i;
    if (i == (s + 1) * part)
      printf("stream %d: right\n", s);
    else
      printf("stream %d: element %d is %d, should be %d\n", s, i, host[i], i * i);
    cudaStreamDestroy(stream[s]);
  }
  cudaFree(device);
  cudaFreeHost(host);
  return 0;
}
