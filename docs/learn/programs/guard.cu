// One thread for each element: 1,000 elements, blocks of 256 threads.
#include <cstdio>

__global__ void add_ten(const int* a, int* out, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) out[i] = a[i] + 10;
}

int main() {
  const int n = 1000, threads = 256;
  int *a, *out;
  cudaMallocManaged(&a, n * sizeof(int));
  cudaMallocManaged(&out, n * sizeof(int));
  for (int i = 0; i < n; ++i) a[i] = i;
  const int blocks = (n + threads - 1) / threads;
  add_ten<<<blocks, threads>>>(a, out, n);
  cudaDeviceSynchronize();
  int right = 0;
  for (int i = 0; i < n; ++i) right += out[i] == i + 10;
  printf("%d blocks, %d of %d elements are right\n", blocks, right, n);
  cudaFree(a);
  cudaFree(out);
  return 0;
}
