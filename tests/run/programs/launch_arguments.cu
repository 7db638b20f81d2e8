// A launch has two to four arguments: grid, block, bytes of dynamic shared memory, stream. Each may be any expression.
#include <cuda_runtime.h>

#include <cstdio>

__global__ void ranks(int* out) {
  const int block = (blockIdx.z * gridDim.y + blockIdx.y) * gridDim.x + blockIdx.x;
  const int thread = (threadIdx.z * blockDim.y + threadIdx.y) * blockDim.x + threadIdx.x;
  const int threads = blockDim.x * blockDim.y * blockDim.z;
  out[block * threads + thread] = 1000 * block + thread;
}

__global__ void ranks_reversed(int* out) {
  extern __shared__ int reversed[];
  reversed[blockDim.x - 1 - threadIdx.x] = 1000 * blockIdx.x + threadIdx.x;
  __syncthreads();
  out[blockIdx.x * blockDim.x + threadIdx.x] = reversed[threadIdx.x];
}

template <int factor>
constexpr int times(int x) {
  return factor * x;
}

int* device;

bool check(const char* what, int blocks, int threads, bool reversed) {
  int host[256];
  cudaMemcpy(host, device, blocks * threads * sizeof(int), cudaMemcpyDeviceToHost);
  for (int i = 0; i < blocks * threads; ++i) {
    const int thread = reversed ? threads - 1 - i % threads : i % threads;
    if (host[i] == 1000 * (i / threads) + thread) continue;
    printf("%s: element %d is %d, should be %d\n", what, i, host[i], 1000 * (i / threads) + thread);
    return false;
  }
  printf("%s: right\n", what);
  cudaMemset(device, 0, sizeof host);
  return true;
}

int main() {
  cudaMalloc(&device, 256 * sizeof(int));
  cudaStream_t stream;
  cudaStreamCreate(&stream);
  int threads = 24;
  ranks<<<3, threads>>>(device);
  bool right = check("numbers", 3, 24, false);
  ranks<<<dim3(2, 2, 2), dim3(4, 2, 3)>>>(device);
  right &= check("three dimensions", 8, 24, false);
  ranks<<<dim3{2u, 2u}, {8, 3}>>>(device);
  right &= check("braces", 4, 24, false);
  ranks_reversed<<<times<2>(1), threads, threads * sizeof(int)>>>(device);
  right &= check("shared memory", 2, 24, true);
  ranks_reversed<<<threads>> 2, threads> 20 ? threads : 20, threads << 2, stream >>> (device);
  cudaStreamSynchronize(stream);
  right &= check("stream", 6, 24, true);
  ranks<<<1,        // blocks
          threads,  // of as many threads
          0, 0>>>(device);
  right &= check("over several lines", 1, 24, false);
  cudaStreamDestroy(stream);
  cudaFree(device);
  return right ? 0 : 1;
}
