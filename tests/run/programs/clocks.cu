// The multiprocessor's clock: a thread reads it before and after its work. Only the order is checked, not the number.
#include <cuda_runtime.h>

#include <cstdio>

__global__ void measure(const int* in, int* sum, long long* took, int n) {
  const long long start = clock64();
  int mine = 0;
  for (int i = 0; i < n; ++i) mine += in[i];
  *sum = mine;
  *took = clock64() - start;
}

int main() {
  const int n = 200;
  int *in, *sum, expected = 0;
  long long* took;
  cudaMallocManaged(&in, n * sizeof(int));
  cudaMallocManaged(&sum, sizeof(int));
  cudaMallocManaged(&took, sizeof(long long));
  for (int i = 0; i < n; ++i) expected += in[i] = i % 9;
  measure<<<1, 1>>>(in, sum, took, n);
  cudaDeviceSynchronize();
  printf("the clock went on: %s\n", *took > 0 ? "yes" : "no");
  if (*sum == expected)
    printf("right\n");
  else
    printf("the sum is %d, should be %d\n", *sum, expected);
  cudaFree(in);
  cudaFree(sum);
  cudaFree(took);
  return 0;
}
