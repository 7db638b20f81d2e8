// Launches inside macros, and two kernels that take turns in a loop: odd-even sort, which stops when nothing changes.
#include <cuda_runtime.h>

#include <cstdio>

#define THREADS 32
#define LAUNCH(kernel, n, ...) kernel<<<((n) + THREADS - 1) / THREADS, THREADS>>>(__VA_ARGS__, n)
#define LAUNCH_AND_CHECK(kernel, n, ...)                                                \
  do {                                                                                  \
    LAUNCH(kernel, n, __VA_ARGS__);                                                     \
    cudaError_t status = cudaGetLastError();                                            \
    if (status != cudaSuccess) printf("%s: %s\n", #kernel, cudaGetErrorString(status)); \
  } while (0)

__device__ void order(int* data, int* changes, int left, int n) {
  if (left + 1 >= n || data[left] <= data[left + 1]) return;
  int swapped = data[left];
  data[left] = data[left + 1];
  data[left + 1] = swapped;
  atomicAdd(changes, 1);
}

__global__ void even_pairs(int* data, int* changes, int n) {
  order(data, changes, 2 * (blockIdx.x * blockDim.x + threadIdx.x), n);
}

__global__ void odd_pairs(int* data, int* changes, int n) {
  order(data, changes, 2 * (blockIdx.x * blockDim.x + threadIdx.x) + 1, n);
}

int main() {
  const int n = 75;
  int *data, *changes, rounds = 0;
  cudaMallocManaged(&data, n * sizeof(int));
  cudaMallocManaged(&changes, sizeof(int));
  for (int i = 0; i < n; ++i) data[i] = i * 31 % n;
  do {
    *changes = 0;
    LAUNCH_AND_CHECK(even_pairs, n, data, changes);
    LAUNCH_AND_CHECK(odd_pairs, n, data, changes);
    cudaDeviceSynchronize();
    ++rounds;
  } while (*changes > 0);
  for (int i = 0; i < n; ++i)
    if (data[i] != i) {
      printf("data[%d] is %d, should be %d\n", i, data[i], i);
      return 1;
    }
  printf("sorted in %s\nright\n", rounds <= n / 2 + 2 ? "time" : "too many rounds");
  cudaFree(data);
  cudaFree(changes);
  return 0;
}
