// A stencil with a halo: the tile has the neighbours of its first and last elements, and zeros beyond the array's ends.
#include <cuda_runtime.h>

#include <cstdio>
#include <vector>

#define RADIUS 3
#define BLOCK_SIZE 64

__global__ void stencil(const int* in, int* out, int n) {
  __shared__ int tile[BLOCK_SIZE + 2 * RADIUS];
  int global = blockIdx.x * BLOCK_SIZE + threadIdx.x;
  int local = threadIdx.x + RADIUS;
  tile[local] = global < n ? in[global] : 0;
  if (threadIdx.x < RADIUS) {
    int left = global - RADIUS, right = global + BLOCK_SIZE;
    tile[local - RADIUS] = left >= 0 ? in[left] : 0;
    tile[local + BLOCK_SIZE] = right < n ? in[right] : 0;
  }
  __syncthreads();
  if (global >= n) return;
  int sum = 0;
  for (int offset = -RADIUS; offset <= RADIUS; ++offset) sum += tile[local + offset];
  out[global] = sum;
}

int main() {
  const int n = 1000;
  std::vector<int> in(n), out(n);
  for (int i = 0; i < n; ++i) in[i] = i * i % 97;
  int *d_in, *d_out;
  cudaMalloc(&d_in, n * sizeof(int));
  cudaMalloc(&d_out, n * sizeof(int));
  cudaMemcpy(d_in, in.data(), n * sizeof(int), cudaMemcpyHostToDevice);
  stencil<<<(n + BLOCK_SIZE - 1) / BLOCK_SIZE, BLOCK_SIZE>>>(d_in, d_out, n);
  cudaMemcpy(out.data(), d_out, n * sizeof(int), cudaMemcpyDeviceToHost);
  cudaFree(d_in);
  cudaFree(d_out);
  for (int i = 0; i < n; ++i) {
    int expected = 0;
    for (int k = i - RADIUS; k <= i + RADIUS; ++k) expected += k >= 0 && k < n ? in[k] : 0;
    if (out[i] != expected) {
      printf("out[%d] is %d, should be %d\n", i, out[i], expected);
      return 1;
    }
  }
  printf("right\n");
  return 0;
}
