// Jacobi iteration for a plate with hot and cold edges, until no cell changes by more than a limit: the kernel writes
// the largest change with an atomic on the bits of the float, which is right for numbers that are not negative.
#include <cuda_runtime.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <vector>

__global__ void relax(const float* old, float* next, int size, unsigned* largest_change) {
  const int x = blockIdx.x * blockDim.x + threadIdx.x + 1, y = blockIdx.y * blockDim.y + threadIdx.y + 1;
  if (x >= size - 1 || y >= size - 1) return;
  const int i = y * size + x;
  next[i] = 0.25f * (old[i - 1] + old[i + 1] + old[i - size] + old[i + size]);
  atomicMax(largest_change, __float_as_uint(fabsf(next[i] - old[i])));
}

int main() {
  const int size = 20, most_sweeps = 400;
  const float limit = 0.05f;
  std::vector<float> plate(size * size, 0.0f);
  for (int k = 0; k < size; ++k) plate[k] = plate[k * size] = 100.0f;

  float *now, *next;
  unsigned* change;
  cudaMalloc(&now, plate.size() * sizeof(float));
  cudaMalloc(&next, plate.size() * sizeof(float));
  cudaMalloc(&change, sizeof(unsigned));
  cudaMemcpy(now, plate.data(), plate.size() * sizeof(float), cudaMemcpyHostToDevice);
  cudaMemcpy(next, now, plate.size() * sizeof(float), cudaMemcpyDeviceToDevice);  // its edges are never written
  int sweeps = 0;
  float largest = limit + 1.0f;
  for (; largest > limit && sweeps < most_sweeps; ++sweeps) {
    cudaMemset(change, 0, sizeof(unsigned));
    relax<<<dim3(3, 3), dim3(6, 6)>>>(now, next, size, change);
    cudaMemcpy(&largest, change, sizeof(float), cudaMemcpyDeviceToHost);
    std::swap(now, next);
  }
  std::vector<float> result(plate.size()), expected = plate, other = plate;
  cudaMemcpy(result.data(), now, plate.size() * sizeof(float), cudaMemcpyDeviceToHost);

  for (int sweep = 0; sweep < sweeps; ++sweep, std::swap(expected, other))
    for (int y = 1; y < size - 1; ++y)
      for (int x = 1; x < size - 1; ++x) {
        const float* e = &expected[y * size + x];
        other[y * size + x] = 0.25f * (e[-1] + e[1] + e[-size] + e[size]);
      }
  int i = 0;
  while (i < size * size && std::fabs(result[i] - expected[i]) <= 1e-3f) ++i;
  if (i < size * size)
    printf("cell %d is %g, should be %g\n", i, result[i], expected[i]);
  else
    printf("it converged: %s\nright\n", largest <= limit && sweeps > 50 ? "yes" : "no");
  cudaFree(now);
  cudaFree(next);
  cudaFree(change);
  return 0;
}
