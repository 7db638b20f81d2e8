// Eight threads add 10 to eight numbers.
#include <cstdio>

__global__ void add_ten(int* a, int n) {
  int i = threadIdx.x;
  if (i < n) a[i] = a[i] + 10;
}

int main() {
  const int n = 8;
  int numbers[n] = {0, 1, 2, 3, 4, 5, 6, 7};
  int* on_gpu;
  cudaMalloc(&on_gpu, sizeof numbers);
  cudaMemcpy(on_gpu, numbers, sizeof numbers, cudaMemcpyHostToDevice);
  add_ten<<<1, 8>>>(on_gpu, n);
  cudaMemcpy(numbers, on_gpu, sizeof numbers, cudaMemcpyDeviceToHost);
  for (int i = 0; i < n; ++i) printf("%d%c", numbers[i], i < n - 1 ? ' ' : '\n');
  cudaFree(on_gpu);
  return 0;
}
