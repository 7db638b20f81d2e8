// 1,000 numbers are added into one: each thread adds its own number, by one atomic operation.
#include <cstdio>

__global__ void add_up(const int* a, int* sum, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) atomicAdd(sum, a[i]);
}

int main() {
  const int n = 1000;
  int *a, *sum;
  cudaMallocManaged(&a, n * sizeof(int));
  cudaMallocManaged(&sum, sizeof(int));
  for (int i = 0; i < n; ++i) a[i] = i;
  *sum = 0;
  add_up<<<4, 256>>>(a, sum, n);
  cudaDeviceSynchronize();
  printf("%d\n", *sum);
  cudaFree(a);
  cudaFree(sum);
  return 0;
}
