// The grid-stride loop: y = a x + y with the same kernel for every grid, be it one thread or more than there is work.
#include <cuda_runtime.h>

#include <cstdio>
#include <vector>

__global__ void saxpy(int n, float a, const float* x, float* y) {
  for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += blockDim.x * gridDim.x) y[i] = a * x[i] + y[i];
}

int main() {
  const int n = 3000;
  std::vector<float> x(n), y(n), result(n);
  for (int i = 0; i < n; ++i) {
    x[i] = static_cast<float>(i % 100);
    y[i] = static_cast<float>(i);
  }
  float *d_x, *d_y;
  cudaMalloc(&d_x, n * sizeof(float));
  cudaMalloc(&d_y, n * sizeof(float));
  cudaMemcpy(d_x, x.data(), n * sizeof(float), cudaMemcpyHostToDevice);

  const int grids[][2] = {{1, 1}, {1, 32}, {3, 100}, {30, 128}};
  for (const auto& grid : grids) {
    cudaMemcpy(d_y, y.data(), n * sizeof(float), cudaMemcpyHostToDevice);
    saxpy<<<grid[0], grid[1]>>>(n, 2.0f, d_x, d_y);
    cudaMemcpy(result.data(), d_y, n * sizeof(float), cudaMemcpyDeviceToHost);
    int wrong = 0;
    while (wrong < n && result[wrong] == 2 * x[wrong] + y[wrong]) ++wrong;
    if (wrong < n)
      printf("%d x %d: y[%d] is %g, should be %g\n", grid[0], grid[1], wrong, result[wrong], 2 * x[wrong] + y[wrong]);
    else
      printf("%d x %d: right\n", grid[0], grid[1]);
  }
  cudaFree(d_x);
  cudaFree(d_y);
  return 0;
}
