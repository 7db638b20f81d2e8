// Each thread of 3 blocks of 4 writes who it is; the host prints the map.
#include <cstdio>

__global__ void who(int* block, int* thread) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  block[i] = blockIdx.x;
  thread[i] = threadIdx.x;
}

int main() {
  const int blocks = 3, threads = 4, n = blocks * threads;
  int *block, *thread;
  cudaMallocManaged(&block, n * sizeof(int));
  cudaMallocManaged(&thread, n * sizeof(int));
  who<<<blocks, threads>>>(block, thread);
  cudaDeviceSynchronize();
  printf("blockIdx.x ");
  for (int i = 0; i < n; ++i) printf("%s%3d", i % threads ? "" : " |", block[i]);
  printf("\nthreadIdx.x");
  for (int i = 0; i < n; ++i) printf("%s%3d", i % threads ? "" : " |", thread[i]);
  printf("\ni          ");
  for (int i = 0; i < n; ++i) printf("%s%3d", i % threads ? "" : " |", i);
  printf("\n");
  cudaFree(block);
  cudaFree(thread);
  return 0;
}
