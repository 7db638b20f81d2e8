// Constant memory: the coefficients of a polynomial, the same for all threads, copied there with cudaMemcpyToSymbol.
#include <cuda_runtime.h>

#include <cstdio>

const int degree = 3;
__constant__ int coefficients[degree + 1];
__constant__ int offset;

__global__ void evaluate(int* y, int n) {
  int x = blockIdx.x * blockDim.x + threadIdx.x;
  if (x >= n) return;
  int sum = 0;
  for (int power = degree; power >= 0; --power) sum = sum * x + coefficients[power];
  y[x] = sum + offset;
}

int main() {
  const int n = 200;
  const int host_coefficients[degree + 1] = {5, -4, 3, 2};  // 2 x^3 + 3 x^2 - 4 x + 5
  const int host_offset = 1000;
  cudaMemcpyToSymbol(coefficients, host_coefficients, sizeof host_coefficients);
  cudaMemcpyToSymbol(offset, &host_offset, sizeof(int));

  int* d_y;
  cudaMalloc(&d_y, n * sizeof(int));
  evaluate<<<(n + 63) / 64, 64>>>(d_y, n);
  int y[n];
  cudaMemcpy(y, d_y, sizeof y, cudaMemcpyDeviceToHost);
  cudaFree(d_y);
  for (int x = 0; x < n; ++x) {
    const int expected = 2 * x * x * x + 3 * x * x - 4 * x + 5 + host_offset;
    if (y[x] != expected) {
      printf("y[%d] is %d, should be %d\n", x, y[x], expected);
      return 1;
    }
  }
  printf("y[10] = %d\nright\n", y[10]);
  return 0;
}
