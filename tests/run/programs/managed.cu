// Managed memory: one pointer for host and device; the host must wait before it reads.
#include <cuda_runtime.h>

#include <cmath>
#include <cstdio>

__global__ void add(int n, const float* x, float* y) {
  int index = blockIdx.x * blockDim.x + threadIdx.x;
  int stride = blockDim.x * gridDim.x;
  for (int i = index; i < n; i += stride) y[i] = x[i] + y[i];
}

int main() {
  const int n = 5000;
  float *x, *y;
  cudaMallocManaged(&x, n * sizeof(float));
  cudaMallocManaged(&y, n * sizeof(float));
  for (int i = 0; i < n; ++i) {
    x[i] = 1.0f;
    y[i] = 2.0f;
  }
  add<<<4, 256>>>(n, x, y);
  cudaDeviceSynchronize();

  float maxError = 0.0f;
  for (int i = 0; i < n; ++i) maxError = std::fmax(maxError, std::fabs(y[i] - 3.0f));
  printf("largest error: %g\n", maxError);

  y[7] = 40.0f;  // the host writes in between, without a copy
  add<<<4, 256>>>(n, x, y);
  cudaDeviceSynchronize();
  printf("y[6] = %g, y[7] = %g\n", y[6], y[7]);
  cudaFree(x);
  cudaFree(y);
  return 0;
}
